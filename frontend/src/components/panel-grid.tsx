import type { ReactNode } from 'react';

import Box from '@mui/material/Box';

/** Panels in two columns on wide screens, in one on narrow screens. */
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

/** A panel with the full width of the grid. */
export const FullWidth = ({ children }: { children: ReactNode }) => (
  <Box sx={{ gridColumn: '1 / -1', display: 'grid', minWidth: 0 }}>{children}</Box>
);
