import { useMutation, useQueryClient } from '@tanstack/react-query';

import { post } from '@/api/client';
import { userKey } from '@/api/user-key';
import type { Message, Settings, User } from '@/api/types';

const changeSettings = (settings: Settings) =>
  post<Message & { user: User }>('/user/change_settings', settings);

/** Changes what is given of name, e-mail address and sounds; the rest stays. */
export function useChangeSettings() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: changeSettings,
    onSuccess: ({ user }) => queryClient.setQueryData(userKey, user),
  });
}
