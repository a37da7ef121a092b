import { useMutation, useQueryClient } from '@tanstack/react-query';

import { sessionsKey } from '@/api/account/sessions';
import { tokensKey } from '@/api/account/tokens';
import { post } from '@/api/core/client';
import { endSession } from '@/api/core/query-client';
import { userKey } from '@/api/core/session-keys';
import type { Message, PasswordChange, PasswordConfirmation, Settings, User } from '@/api/types';

const changeSettings = (settings: Settings) =>
  post<Message & { user: User }>('/user/change_settings', settings);

/** Changes the given settings of the account and leaves the others as they are. */
export function useChangeSettings() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: changeSettings,
    onSuccess: ({ user }, { timezone }) => {
      queryClient.setQueryData(userKey, user);
      // Today is the day of the time zone.
      if (timezone !== undefined)
        void queryClient.invalidateQueries({ queryKey: ['dashboards'], exact: true });
    },
  });
}

const changePassword = (change: PasswordChange) => post<Message>('/user/change_password', change);

/** Changes the password, which ends every other session, and on request revokes all API tokens. */
export function useChangePassword() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: changePassword,
    onSuccess: () =>
      Promise.all(
        [sessionsKey, tokensKey].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
      ),
  });
}

const deleteUser = (confirmation: PasswordConfirmation) =>
  post<Message>('/user/delete', confirmation);

/** Deletes the signed-in user and all of their dashboards. */
export function useDeleteUser() {
  const queryClient = useQueryClient();
  return useMutation({ mutationFn: deleteUser, onSuccess: () => endSession(queryClient, true) });
}
