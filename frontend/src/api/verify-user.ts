import { queryOptions, useQuery } from '@tanstack/react-query';

import { post } from '@/api/client';
import type { Message } from '@/api/types';

/** Sends a code from a mail, once: a code that was used is refused the second time. */
const verifyQuery = (code: string) =>
  queryOptions({
    queryKey: ['verification', code],
    queryFn: () => post<Message>(`/user/verify/${encodeURIComponent(code)}`),
    staleTime: Infinity,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

export const useVerification = (code: string) => useQuery(verifyQuery(code));
