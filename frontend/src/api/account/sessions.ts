import { queryOptions, useQuery } from '@tanstack/react-query';

import { useChange } from '@/api/core/change';
import { get, post } from '@/api/core/client';
import type { Message, Sessions } from '@/api/types';

export const sessionsKey = ['sessions'] as const;

const sessionsQuery = () =>
  queryOptions({
    queryKey: sessionsKey,
    queryFn: async ({ signal }) =>
      (await get<Sessions>('/user/sessions', undefined, signal)).sessions,
  });

/** The user's sessions, most recently active first. */
export const useSessions = () => useQuery(sessionsQuery());

const deleteSession = (id: string) =>
  post<Message>(`/user/sessions/${encodeURIComponent(id)}/delete`);

/** Signs the user out of another browser. */
export const useDeleteSession = () => useChange(deleteSession, sessionsKey);
