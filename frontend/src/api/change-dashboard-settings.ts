import { useMutation, useQueryClient } from '@tanstack/react-query';

import { dashboardPath, post } from '@/api/client';
import { dashboardsKey } from '@/api/get-dashboards';
import type { Dashboard, DashboardSettings, Message } from '@/api/types';

/** What is left out stays as it is. */
const changeDashboardSettings = (id: string, settings: Partial<DashboardSettings>) =>
  post<Message & { dashboard: Dashboard }>(dashboardPath(id, 'change_settings'), settings);

export function useChangeDashboardSettings(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (settings: Partial<DashboardSettings>) => changeDashboardSettings(id, settings),
    onSuccess: ({ dashboard }) =>
      queryClient.setQueryData<Dashboard[]>(dashboardsKey, (before) =>
        before?.map((one) => (one.id === id ? dashboard : one)),
      ),
  });
}
