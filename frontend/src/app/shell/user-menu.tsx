import { useState } from 'react';

import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import ListItemIcon from '@mui/material/ListItemIcon';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { Link } from 'react-router';

import { messageOf } from '@/api/errors';
import { useUser } from '@/api/get-user';
import { useLogout } from '@/api/logout';
import { Icon, type IconName } from '@/components/icon';
import { useNotify } from '@/components/snackbar';
import { COLOR_MODES, useColorMode, type ColorMode } from '@/theme/color-mode';

const THEMES: Readonly<Record<ColorMode, { label: string; icon: IconName }>> = {
  system: { label: 'Theme of the system', icon: 'monitor' },
  light: { label: 'Light theme', icon: 'sun' },
  dark: { label: 'Dark theme', icon: 'moon' },
};

function ThemeItems() {
  const { mode, setMode } = useColorMode();
  return COLOR_MODES.map((candidate) => (
    <MenuItem
      key={candidate}
      role="menuitemradio"
      aria-checked={candidate === mode}
      selected={candidate === mode}
      onClick={() => setMode(candidate)}
    >
      <ListItemIcon>
        <Icon name={THEMES[candidate].icon} />
      </ListItemIcon>
      {THEMES[candidate].label}
    </MenuItem>
  ));
}

/** The user's name; opens theme, settings and signing out. */
export function UserMenu() {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const user = useUser().data;
  const logout = useLogout();
  const notify = useNotify();
  const close = () => setAnchor(null);
  const signOut = () =>
    logout.mutate(undefined, { onError: (error) => notify(messageOf(error), 'error') });
  return (
    <>
      <Button
        color="inherit"
        startIcon={<Icon name="user" />}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
        sx={{ maxWidth: 160, flexShrink: 0, '& span + *': { overflow: 'hidden' } }}
      >
        {user?.name}
      </Button>
      <Menu disablePortal anchorEl={anchor} open={anchor !== null} onClose={close}>
        {ThemeItems()}
        <Divider />
        <MenuItem component={Link} to="/settings" onClick={close}>
          <ListItemIcon>
            <Icon name="settings" />
          </ListItemIcon>
          Settings
        </MenuItem>
        <MenuItem onClick={signOut}>
          <ListItemIcon>
            <Icon name="logout" />
          </ListItemIcon>
          Sign out
        </MenuItem>
      </Menu>
    </>
  );
}
