import { lazy, Suspense, useEffect, useRef } from 'react';

import { useQueryClient } from '@tanstack/react-query';
import { Navigate, Outlet, useLocation } from 'react-router';

import { useUser } from '@/api/auth/user';
import { signedOutKey } from '@/api/core/session-keys';
import { Starting } from '@/app/starting';
import { useNotify } from '@/components/snackbar';
import type { User } from '@/api/types';
import { loginPath } from '@/lib/paths';
import { enableSounds } from '@/lib/sounds';

const Failure = lazy(async () => ({ default: (await import('@/components/notice')).Failure }));

/** Says so when somebody else has signed in in another window. */
function useNoticeOfAnotherUser(user: User | null | undefined) {
  const notify = useNotify();
  const shown = useRef(user);
  useEffect(() => {
    const before = shown.current;
    shown.current = user;
    if (user && before && user.id !== before.id)
      notify(
        `This browser is now signed in as ${user.name}. What was not saved as ${before.name} is discarded.`,
        'info',
      );
  }, [notify, user]);
}

/**
 * Redirects users who are not signed in to the login page and back here afterwards. After signing
 * out there is no way back here: the next user may be another one.
 */
export function RequireUser() {
  const user = useUser();
  const queryClient = useQueryClient();
  const { pathname, search } = useLocation();
  const sounds = user.data?.play_sounds ?? false;
  useEffect(() => enableSounds(sounds), [sounds]);
  useNoticeOfAnotherUser(user.data);

  if (user.isPending) return <Starting />;
  if (user.data === undefined) {
    return (
      <Suspense fallback={<Starting />}>
        <Failure title="Cannot reach PyDash" error={user.error} retry={() => void user.refetch()} />
      </Suspense>
    );
  }
  if (user.data === null) {
    const hasSignedOut = queryClient.getQueryData(signedOutKey) === true;
    return <Navigate to={loginPath(hasSignedOut ? undefined : pathname + search)} replace />;
  }
  // Remount for another user, without the state of the previous one.
  return <Outlet key={user.data.id} />;
}
