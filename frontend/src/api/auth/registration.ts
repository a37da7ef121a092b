import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';

import { post } from '@/api/core/client';
import type { Message, Registration, UserName } from '@/api/types';

const registerUser = (registration: Registration) => post<Message>('/user/register', registration);

export const useRegisterUser = () => useMutation({ mutationFn: registerUser });

const resendVerification = (user: UserName) => post<Message>('/user/resend_verification', user);

export const useResendVerification = () => useMutation({ mutationFn: resendVerification });

/** Submits a verification code exactly once: the API refuses a code that was used before. */
const verificationQuery = (code: string) =>
  queryOptions({
    queryKey: ['verification', code],
    queryFn: () => post<Message>(`/user/verify/${encodeURIComponent(code)}`),
    staleTime: Infinity,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

export const useVerification = (code: string) => useQuery(verificationQuery(code));
