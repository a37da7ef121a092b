import { useMutation, useQueryClient } from '@tanstack/react-query';

import { post } from '@/api/core/client';
import { hasStatus } from '@/api/core/errors';
import { endSession } from '@/api/core/query-client';
import type { Message } from '@/api/types';

async function logout(): Promise<void> {
  try {
    await post<Message>('/logout');
  } catch (error) {
    if (!hasStatus(error, 401)) throw error; // 401: the session had ended already
  }
}

export function useLogout() {
  const queryClient = useQueryClient();
  return useMutation({ mutationFn: logout, onSuccess: () => endSession(queryClient, true) });
}
