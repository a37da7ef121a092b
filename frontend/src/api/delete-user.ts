import { useMutation, useQueryClient } from '@tanstack/react-query';

import { post } from '@/api/client';
import { endSession } from '@/api/query-client';
import type { Message, PasswordConfirmation } from '@/api/types';

const deleteUser = (confirmation: PasswordConfirmation) =>
  post<Message>('/user/delete', confirmation);

/** Deletes the user who is signed in, with all dashboards. */
export function useDeleteUser() {
  const queryClient = useQueryClient();
  return useMutation({ mutationFn: deleteUser, onSuccess: () => endSession(queryClient, true) });
}
