import { useMutation, useQueryClient } from '@tanstack/react-query';

import { post } from '@/api/client';
import { sessionsKey } from '@/api/get-sessions';
import type { PasswordChange, Message } from '@/api/types';

const changePassword = (change: PasswordChange) => post<Message>('/user/change_password', change);

/** Changes the password; every other session ends with it. */
export function useChangePassword() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: changePassword,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: sessionsKey }),
  });
}
