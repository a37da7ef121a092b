import { queryOptions, useQuery, type QueryClient } from '@tanstack/react-query';

import { get, post } from '@/api/core/client';
import { hasStatus } from '@/api/core/errors';
import { readLastUser, restoreQueries } from '@/api/core/offline-queries';
import { clearUserData } from '@/api/core/query-client';
import { userKey } from '@/api/core/session-keys';
import type { AutomaticallySignedIn, User } from '@/api/types';

/* Scripts cannot read the session cookie, but they can read this one, which has the same lifetime.
 */
const hasSession = () => document.cookie.includes('XSRF-TOKEN=');

/** Signs in without a password, if the server is configured to; it is not right after a sign-out. */
const signInAutomatically = async () =>
  (await post<AutomaticallySignedIn>('/login/automatic', {})).user;

/** Returns the signed-in user or null; offline, the last known user. */
async function getUser(signal: AbortSignal): Promise<User | null> {
  try {
    if (!hasSession()) return await signInAutomatically();
    return await get<User>('/user', undefined, signal);
  } catch (error) {
    if (hasStatus(error, 401) || !hasSession()) return null;
    const last = hasStatus(error, null) ? await readLastUser() : undefined;
    if (last) return last;
    throw error;
  }
}

/** Loads the user, and restores this user's offline data or clears that of another user. */
async function loadUser(queryClient: QueryClient, signal: AbortSignal): Promise<User | null> {
  const before = queryClient.getQueryData<User | null>(userKey);
  const user = await getUser(signal);
  if (user && before === undefined) await restoreQueries(queryClient, user);
  else if (user === null || user.id !== before?.id) clearUserData(queryClient);
  return user;
}

export const userQuery = () =>
  queryOptions({
    queryKey: userKey,
    queryFn: ({ client, signal }) => loadUser(client, signal),
    staleTime: 5 * 60_000,
    // Another user may have signed in in another tab.
    refetchOnWindowFocus: 'always',
  });

export const useUser = () => useQuery(userQuery());
