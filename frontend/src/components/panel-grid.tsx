import type { ReactNode } from 'react';

import Box from '@mui/material/Box';

/** Panels side by side where there is room, one below the other where there is not. */
export const PanelGrid = ({ children }: { children: ReactNode }) => (
  <Box
    sx={{
      display: 'grid',
      gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'repeat(2, minmax(0, 1fr))' },
      gap: 2,
    }}
  >
    {children}
  </Box>
);

/** A panel that takes the whole width of the grid. */
export const WholeRow = ({ children }: { children: ReactNode }) => (
  <Box sx={{ gridColumn: '1 / -1', display: 'grid', minWidth: 0 }}>{children}</Box>
);
