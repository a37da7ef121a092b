import { queryOptions, useQuery } from '@tanstack/react-query';

import { get } from '@/api/client';
import { hasStatus } from '@/api/errors';
import { lastUser } from '@/api/offline-queries';
import type { User } from '@/api/types';
import { userKey } from '@/api/user-key';

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

export const userQuery = () =>
  queryOptions({
    queryKey: userKey,
    queryFn: ({ signal }) => getUser(signal),
    staleTime: 5 * 60_000,
  });

export const useUser = () => useQuery(userQuery());
