import { useMutation } from '@tanstack/react-query';

import { post } from '@/api/client';
import type { UserName, Message } from '@/api/types';

const resendVerification = (user: UserName) => post<Message>('/user/resend_verification', user);

export const useResendVerification = () => useMutation({ mutationFn: resendVerification });
