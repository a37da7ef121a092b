import { useMutation, useQueryClient } from '@tanstack/react-query';

import { post } from '@/api/core/client';
import { clearUserData } from '@/api/core/query-client';
import { userKey } from '@/api/core/session-keys';
import { announceSession } from '@/api/core/windows';
import type { Credentials, SignedIn } from '@/api/types';

const login = (credentials: Credentials) => post<SignedIn>('/login', credentials);

export function useLogin() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: login,
    onSuccess: ({ user }) => {
      announceSession({ signedOut: false });
      clearUserData(queryClient);
      queryClient.setQueryData(userKey, user);
    },
  });
}
