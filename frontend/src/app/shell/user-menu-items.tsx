import Divider from '@mui/material/Divider';
import ListItemIcon from '@mui/material/ListItemIcon';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { Link } from 'react-router';

import { useLogout } from '@/api/auth/logout';
import { useUser } from '@/api/auth/user';
import { messageOf } from '@/api/core/errors';
import { Icon, type IconName } from '@/components/icon';
import { useNotify } from '@/components/snackbar';
import { EXCEPTIONS, STATUS_PAGES, SYSTEM } from '@/lib/paths';
import { COLOR_MODES, useColorMode, type ColorMode } from '@/theme/color-mode';

const THEMES: Readonly<Record<ColorMode, { label: string; icon: IconName }>> = {
  system: { label: 'System theme', icon: 'monitor' },
  light: { label: 'Light theme', icon: 'sun' },
  dark: { label: 'Dark theme', icon: 'moon' },
};

const ItemIcon = ({ name }: { name: IconName }) => (
  <ListItemIcon>
    <Icon name={name} />
  </ListItemIcon>
);

interface UserMenuItemsProps {
  anchor: HTMLElement;
  onClose: () => void;
}

/** The items of the user menu. */
export function UserMenuItems({ anchor, onClose }: UserMenuItemsProps) {
  const { mode, setMode } = useColorMode();
  const isAdmin = useUser().data?.admin ?? false;
  const logout = useLogout();
  const notify = useNotify();
  const signOut = () =>
    logout.mutate(undefined, { onError: (error) => notify(messageOf(error), 'error') });
  return (
    // Inside the header instead of at the end of the page, so that it is part of a landmark.
    <Menu open disablePortal anchorEl={anchor} onClose={onClose}>
      {COLOR_MODES.map((candidate) => (
        <MenuItem
          key={candidate}
          role="menuitemradio"
          aria-checked={candidate === mode}
          selected={candidate === mode}
          onClick={() => setMode(candidate)}
        >
          <ItemIcon name={THEMES[candidate].icon} />
          {THEMES[candidate].label}
        </MenuItem>
      ))}
      <Divider />
      <MenuItem component={Link} to="/settings" onClick={onClose}>
        <ItemIcon name="settings" />
        Settings
      </MenuItem>
      <MenuItem component={Link} to={EXCEPTIONS} onClick={onClose}>
        <ItemIcon name="bug" />
        Exceptions
      </MenuItem>
      <MenuItem component={Link} to={STATUS_PAGES} onClick={onClose}>
        <ItemIcon name="monitor" />
        Status pages
      </MenuItem>
      {isAdmin && (
        <MenuItem component={Link} to={SYSTEM} onClick={onClose}>
          <ItemIcon name="monitor" />
          System
        </MenuItem>
      )}
      <MenuItem component={Link} to="/contact" onClick={onClose}>
        <ItemIcon name="help" />
        Contact
      </MenuItem>
      <MenuItem onClick={signOut}>
        <ItemIcon name="logout" />
        Sign out
      </MenuItem>
    </Menu>
  );
}
