import type { ReactNode } from 'react';

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

interface PageProps {
  title: string;
  /** The part that is shown, for the title of the browser's tab. */
  part?: string;
  /** Shown below the title. */
  subtitle?: ReactNode;
  actions?: ReactNode;
  /** The maximum width of the content, in pixels. */
  maxWidth?: number;
  children: ReactNode;
}

/** A page: document title, heading, actions and content. */
export const Page = ({ title, part, subtitle, actions, maxWidth = 1680, children }: PageProps) => (
  <Box sx={{ mx: 'auto', maxWidth, px: { xs: 2, md: 3 }, py: { xs: 2, md: 3 } }}>
    <title>{[part, title, 'PyDash'].filter(Boolean).join(' · ')}</title>
    <Box
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'center',
        gap: 1.5,
        mb: 2.5,
        minHeight: 36,
      }}
    >
      <Box sx={{ flex: '1 1 auto', minWidth: 0 }}>
        <Typography variant="h1" sx={{ overflowWrap: 'anywhere' }}>
          {title}
        </Typography>
        {subtitle && (
          <Typography variant="body2" color="textSecondary" component="div">
            {subtitle}
          </Typography>
        )}
      </Box>
      {actions && (
        <Box data-not-pictured sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
          {actions}
        </Box>
      )}
    </Box>
    {children}
  </Box>
);
