import { useMutation, useQueryClient } from '@tanstack/react-query';

import { dashboardPath, post } from '@/api/client';
import { dashboardsKey } from '@/api/get-dashboards';
import type { Dashboard, Message } from '@/api/types';

/** Deletes a dashboard with everything that was collected for it. */
export function useDeleteDashboard(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => post<Message>(dashboardPath(id, 'delete')),
    onSuccess: () =>
      queryClient.setQueryData<Dashboard[]>(dashboardsKey, (before) =>
        before?.filter((dashboard) => dashboard.id !== id),
      ),
  });
}
