import { lazy, Suspense, useEffect } from 'react';

import { useQueryClient } from '@tanstack/react-query';
import { Navigate, Outlet, useLocation } from 'react-router';

import { useUser } from '@/api/auth/user';
import { signedOutKey } from '@/api/core/session-keys';
import { Starting } from '@/app/starting';
import { loginPath } from '@/lib/paths';
import { wantSounds } from '@/lib/sounds';

const Failure = lazy(async () => ({ default: (await import('@/components/notice')).Failure }));

/**
 * Lets only a user who is signed in through; others sign in first and then come back here, but for
 * who has just signed out: the next one may be somebody else.
 */
export function RequireUser() {
  const user = useUser();
  const queryClient = useQueryClient();
  const { pathname, search } = useLocation();
  const sounds = user.data?.play_sounds ?? false;
  useEffect(() => wantSounds(sounds), [sounds]);

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
  // Another user starts anew rather than with the pages of the one before.
  return <Outlet key={user.data.id} />;
}
