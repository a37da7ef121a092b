import type { ReactNode } from 'react';

import Box from '@mui/material/Box';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';

import { Logo } from '@/components/logo';

interface AuthPageProps {
  title: string;
  children: ReactNode;
  /** Links below the card. */
  links?: ReactNode;
}

/** The layout of pages for users who are not signed in. */
export const AuthPage = ({ title, children, links }: AuthPageProps) => (
  <Box
    component="main"
    sx={{
      minHeight: '100dvh',
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'center',
      justifyContent: { xs: 'flex-start', sm: 'center' },
      gap: 3,
      px: 2,
      py: 4,
    }}
  >
    <title>{`${title} · PyDash`}</title>
    <Logo />
    <Paper variant="outlined" sx={{ width: '100%', maxWidth: 400, p: 3 }}>
      <Typography variant="h1" sx={{ mb: 2 }}>
        {title}
      </Typography>
      {children}
    </Paper>
    {links && (
      <Box
        sx={{
          display: 'flex',
          flexWrap: 'wrap',
          justifyContent: 'center',
          gap: 2.5,
          fontSize: '0.8125rem',
        }}
      >
        {links}
      </Box>
    )}
  </Box>
);
