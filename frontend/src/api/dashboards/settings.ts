import { useMutation, useQueryClient } from '@tanstack/react-query';

import { dashboardPath, post } from '@/api/core/client';
import { dashboardsKey } from '@/api/dashboards/dashboards';
import type { Dashboard, DashboardSettings, Message } from '@/api/types';

const changeDashboardSettings = (id: string, settings: Partial<DashboardSettings>) =>
  post<Message & { dashboard: Dashboard }>(dashboardPath(id, 'change_settings'), settings);

/** Changes the given settings of a dashboard and leaves the others as they are. */
export function useChangeDashboardSettings(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (settings: Partial<DashboardSettings>) => changeDashboardSettings(id, settings),
    onSuccess: ({ dashboard }) =>
      queryClient.setQueryData<Dashboard[]>(dashboardsKey, (before) =>
        before?.map((one) =>
          // Today's figures are those of the user's time zone.
          one.id === id ? { ...dashboard, summary: one.summary } : one,
        ),
      ),
  });
}
