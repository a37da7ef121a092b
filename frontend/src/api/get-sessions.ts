import { queryOptions, useQuery } from '@tanstack/react-query';

import { get } from '@/api/client';
import type { Sessions } from '@/api/types';

export const sessionsKey = ['sessions'] as const;

const sessionsQuery = () =>
  queryOptions({
    queryKey: sessionsKey,
    queryFn: async ({ signal }) =>
      (await get<Sessions>('/user/sessions', undefined, signal)).sessions,
  });

/** Where the user is signed in, the last seen first. */
export const useSessions = () => useQuery(sessionsQuery());
