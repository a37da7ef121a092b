import { useMutation, useQueryClient } from '@tanstack/react-query';

import { post } from '@/api/client';
import { sessionsKey } from '@/api/get-sessions';
import type { Message } from '@/api/types';

const deleteSession = (id: string) =>
  post<Message>(`/user/sessions/${encodeURIComponent(id)}/delete`);

/** Signs the user out of another browser. */
export function useDeleteSession() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: deleteSession,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: sessionsKey }),
  });
}
