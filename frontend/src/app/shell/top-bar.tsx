import Box from '@mui/material/Box';
import { Link } from 'react-router';

import { Breadcrumbs } from '@/app/shell/breadcrumbs';
import { DRAWER_WIDTH, TOP_BAR_HEIGHT } from '@/app/shell/dimensions';
import { PaletteButton } from '@/app/shell/palette-button';
import { UserMenu } from '@/app/shell/user-menu';
import { Logo } from '@/components/logo';
import { OVERVIEW } from '@/lib/paths';

/** Logo, breadcrumbs, command palette and user menu. */
export const TopBar = () => (
  <Box
    component="header"
    sx={{
      position: 'fixed',
      inset: '0 0 auto 0',
      zIndex: 'appBar',
      height: TOP_BAR_HEIGHT,
      display: 'flex',
      alignItems: 'center',
      gap: 1,
      px: 2,
      bgcolor: 'background.default',
      borderBottom: 1,
      borderColor: 'divider',
    }}
  >
    <Box
      component={Link}
      to={OVERVIEW}
      aria-label="PyDash, overview"
      sx={{
        width: { md: DRAWER_WIDTH - 16 },
        display: 'flex',
        flexShrink: 0,
        color: 'text.primary',
        textDecoration: 'none',
      }}
    >
      <Logo />
    </Box>
    <Box sx={{ flex: 1, minWidth: 0, pl: 1 }}>
      <Breadcrumbs />
    </Box>
    <PaletteButton />
    <UserMenu />
  </Box>
);
