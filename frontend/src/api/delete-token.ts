import { useMutation, useQueryClient } from '@tanstack/react-query';

import { post } from '@/api/client';
import { tokensKey } from '@/api/get-tokens';
import type { Message } from '@/api/types';

const deleteToken = (id: string) => post<Message>(`/user/tokens/${encodeURIComponent(id)}/delete`);

/** Revokes an API token. */
export function useDeleteToken() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: deleteToken,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: tokensKey }),
  });
}
