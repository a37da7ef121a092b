import { useMutation, useQueryClient } from '@tanstack/react-query';

import { post } from '@/api/client';
import { tokensKey } from '@/api/get-tokens';
import type { NewToken, TokenSecret } from '@/api/types';

const createToken = (token: NewToken) => post<TokenSecret>('/user/tokens', token);

/** Makes an API token; the answer is the only one that holds its secret. */
export function useCreateToken() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: createToken,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: tokensKey }),
  });
}
