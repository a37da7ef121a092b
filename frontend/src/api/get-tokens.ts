import { queryOptions, useQuery } from '@tanstack/react-query';

import { get } from '@/api/client';
import type { Tokens } from '@/api/types';

export const tokensKey = ['tokens'] as const;

const tokensQuery = () =>
  queryOptions({
    queryKey: tokensKey,
    queryFn: async ({ signal }) => (await get<Tokens>('/user/tokens', undefined, signal)).tokens,
  });

/** The user's API tokens, without their secrets. */
export const useTokens = () => useQuery(tokensQuery());
