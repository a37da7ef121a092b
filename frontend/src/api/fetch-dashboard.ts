import { useMutation, useQueryClient } from '@tanstack/react-query';

import { dashboardPath, post } from '@/api/client';
import { dashboardsKey } from '@/api/get-dashboards';
import type { Message } from '@/api/types';

/** Has a dashboard's new calls fetched now rather than at its next turn. */
export function useFetchDashboard(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => post<Message>(dashboardPath(id, 'fetch')),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: dashboardsKey }),
  });
}
