import { queryOptions, useQuery } from '@tanstack/react-query';

import { get } from '@/api/client';
import { hasStatus } from '@/api/errors';
import type { User } from '@/api/types';

export const userKey = ['user'] as const;

/* Scripts cannot see the cookie of the session, but this one, which comes and goes with it. */
const hasSession = () => document.cookie.includes('XSRF-TOKEN=');

/** The user who is signed in, or null; a visitor's browser need not ask. */
async function getUser(signal: AbortSignal): Promise<User | null> {
  if (!hasSession()) return null;
  try {
    return await get<User>('/user', undefined, signal);
  } catch (error) {
    if (hasStatus(error, 401)) return null;
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

/** The same without asking: the user, if this page knows of one since it was loaded. */
export const useKnownUser = () => useQuery({ ...userQuery(), enabled: false }).data;
