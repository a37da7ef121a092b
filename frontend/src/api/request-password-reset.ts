import { useMutation } from '@tanstack/react-query';

import { post } from '@/api/client';
import type { MailAddress, Message } from '@/api/types';

const requestPasswordReset = (address: MailAddress) =>
  post<Message>('/user/request_password_reset', address);

export const useRequestPasswordReset = () => useMutation({ mutationFn: requestPasswordReset });
