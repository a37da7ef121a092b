import { lazy, Suspense, useState } from 'react';

import Button from '@mui/material/Button';

import { useUser } from '@/api/auth/user';
import { Icon } from '@/components/icon';

const UserMenuItems = lazy(async () => ({
  default: (await import('@/app/shell/user-menu-items')).UserMenuItems,
}));

/** The username, which opens a menu with theme, settings and sign-out. */
export function UserMenu() {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const user = useUser().data;
  return (
    <>
      <Button
        color="inherit"
        startIcon={<Icon name="user" />}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
        sx={{ maxWidth: 160, flexShrink: 0 }}
      >
        {user?.name}
      </Button>
      {anchor && (
        <Suspense>
          <UserMenuItems anchor={anchor} onClose={() => setAnchor(null)} />
        </Suspense>
      )}
    </>
  );
}
