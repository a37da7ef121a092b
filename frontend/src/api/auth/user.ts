import { queryOptions, useQuery, type QueryClient } from '@tanstack/react-query';

import { get } from '@/api/core/client';
import { hasStatus } from '@/api/core/errors';
import { lastUser, restoreQueries } from '@/api/core/offline-queries';
import { forgetShown } from '@/api/core/query-client';
import { userKey } from '@/api/core/session-keys';
import type { User } from '@/api/types';

/* Scripts cannot see the cookie of the session, but this one, which comes and goes with it. */
const hasSession = () => document.cookie.includes('XSRF-TOKEN=');

/** The user who is signed in, or null; without a connection the one who was last. */
async function getUser(signal: AbortSignal): Promise<User | null> {
  if (!hasSession()) return null;
  try {
    return await get<User>('/user', undefined, signal);
  } catch (error) {
    if (hasStatus(error, 401)) return null;
    const last = hasStatus(error, null) ? await lastUser() : undefined;
    if (last) return last;
    throw error;
  }
}

/** The same; at first what this user saw last comes back, and what another one saw is forgotten. */
async function recogniseUser(queryClient: QueryClient, signal: AbortSignal): Promise<User | null> {
  const before = queryClient.getQueryData<User | null>(userKey);
  const user = await getUser(signal);
  if (user && before === undefined) await restoreQueries(queryClient, user);
  else if (user === null || user.id !== before?.id) forgetShown(queryClient);
  return user;
}

export const userQuery = () =>
  queryOptions({
    queryKey: userKey,
    queryFn: ({ client, signal }) => recogniseUser(client, signal),
    staleTime: 5 * 60_000,
    // Somebody else may have signed in meanwhile in another tab.
    refetchOnWindowFocus: 'always',
  });

export const useUser = () => useQuery(userQuery());
