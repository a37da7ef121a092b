import { useMutation, useQueryClient } from '@tanstack/react-query';

import { dashboardPath, post } from '@/api/core/client';
import { dashboardsKey, deletionKey } from '@/api/dashboards/dashboards';
import type { Dashboard, Message } from '@/api/types';

/**
 * Deletes a dashboard and its data.
 *
 * Its cached data is removed when `unmounted` aborts: the page would otherwise report an unknown
 * dashboard until the next page is shown.
 */
export function useDeleteDashboard(id: string, unmounted: () => AbortSignal) {
  const queryClient = useQueryClient();
  const removeFromCache = () => {
    queryClient.setQueryData<Dashboard[]>(dashboardsKey, (before) =>
      before?.filter((dashboard) => dashboard.id !== id),
    );
    queryClient.removeQueries({ queryKey: [...dashboardsKey, id] });
  };
  return useMutation({
    mutationKey: [...deletionKey, id],
    mutationFn: () => post<Message>(dashboardPath(id, 'delete')),
    onSuccess: () => {
      const signal = unmounted();
      if (signal.aborted) removeFromCache();
      else signal.addEventListener('abort', removeFromCache, { once: true });
    },
  });
}
