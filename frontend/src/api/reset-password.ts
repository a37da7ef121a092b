import { useMutation } from '@tanstack/react-query';

import { post } from '@/api/client';
import type { PasswordReset, Message } from '@/api/types';

const resetPassword = (reset: PasswordReset) => post<Message>('/user/reset_password', reset);

export const useResetPassword = () => useMutation({ mutationFn: resetPassword });
