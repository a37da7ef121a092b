import { queryOptions, useQuery } from '@tanstack/react-query';

import { useChange } from '@/api/core/change';
import { get, post } from '@/api/core/client';
import type { Message, NewToken, Tokens, TokenSecret } from '@/api/types';

export const tokensKey = ['tokens'] as const;

const tokensQuery = () =>
  queryOptions({
    queryKey: tokensKey,
    queryFn: async ({ signal }) => (await get<Tokens>('/user/tokens', undefined, signal)).tokens,
  });

/** The user's API tokens, without their secrets. */
export const useTokens = () => useQuery(tokensQuery());

const createToken = (token: NewToken) => post<TokenSecret>('/user/tokens', token);

/** Creates an API token; no later response contains its secret. */
export const useCreateToken = () => useChange(createToken, tokensKey);

const deleteToken = (id: string) => post<Message>(`/user/tokens/${encodeURIComponent(id)}/delete`);

/** Revokes an API token. */
export const useDeleteToken = () => useChange(deleteToken, tokensKey);
