import { lazy, Suspense, useEffect } from 'react';

import { Navigate, Outlet, useLocation } from 'react-router';

import { useUser } from '@/api/get-user';
import { Starting } from '@/app/starting';
import { loginPath } from '@/lib/paths';
import { wantSounds } from '@/lib/sounds';

const Failure = lazy(async () => ({ default: (await import('@/components/notice')).Failure }));

/** Lets only a user who is signed in through; others sign in first and then come back here. */
export function RequireUser() {
  const user = useUser();
  const { pathname, search } = useLocation();
  const sounds = user.data?.play_sounds ?? false;
  useEffect(() => wantSounds(sounds), [sounds]);

  if (user.isPending) return <Starting />;
  if (user.data === undefined) {
    return (
      <Suspense fallback={<Starting />}>
        <Failure
          title="PyDash cannot be reached"
          error={user.error}
          retry={() => void user.refetch()}
        />
      </Suspense>
    );
  }
  if (user.data === null) return <Navigate to={loginPath(pathname + search)} replace />;
  return <Outlet />;
}
