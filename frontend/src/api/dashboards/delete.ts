import { useMutation, useQueryClient } from '@tanstack/react-query';

import { dashboardPath, post } from '@/api/core/client';
import { dashboardsKey } from '@/api/dashboards/dashboards';
import type { Dashboard, Message } from '@/api/types';

/**
 * Deletes a dashboard with everything that was collected for it.
 *
 * It is forgotten here when its page is `left`, which would else say that there is no such
 * dashboard before the next page is there.
 */
export function useDeleteDashboard(id: string, left: () => AbortSignal) {
  const queryClient = useQueryClient();
  const forget = () => {
    queryClient.setQueryData<Dashboard[]>(dashboardsKey, (before) =>
      before?.filter((dashboard) => dashboard.id !== id),
    );
    queryClient.removeQueries({ queryKey: [...dashboardsKey, id] });
  };
  return useMutation({
    mutationFn: () => post<Message>(dashboardPath(id, 'delete')),
    onSuccess: () => left().addEventListener('abort', forget, { once: true }),
  });
}
