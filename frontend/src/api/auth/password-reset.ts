import { useMutation } from '@tanstack/react-query';

import { post } from '@/api/core/client';
import type { MailAddress, Message, PasswordReset } from '@/api/types';

const requestPasswordReset = (address: MailAddress) =>
  post<Message>('/user/request_password_reset', address);

export const useRequestPasswordReset = () => useMutation({ mutationFn: requestPasswordReset });

const resetPassword = (reset: PasswordReset) => post<Message>('/user/reset_password', reset);

export const useResetPassword = () => useMutation({ mutationFn: resetPassword });
