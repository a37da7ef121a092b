import { useMutation, useQueryClient } from '@tanstack/react-query';

import { useChange } from '@/api/core/change';
import { dashboardPath, post } from '@/api/core/client';
import { dashboardsKey } from '@/api/dashboards/dashboards';
import { knownEndpointsKey } from '@/api/dashboards/endpoints';
import type { Dashboard, DashboardSettings, EndpointInfo, Message } from '@/api/types';

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

export type EndpointVisibility = Pick<EndpointInfo, 'name' | 'hidden'>;

const changeEndpointSettings = (dashboardId: string, { name, hidden }: EndpointVisibility) =>
  post<Message & { endpoint: EndpointInfo }>(
    dashboardPath(dashboardId, 'endpoints', name, 'change_settings'),
    { hidden },
  );

/** Hides an endpoint from the lists or shows it again; its requests are counted either way. */
export const useChangeEndpointSettings = (dashboardId: string) =>
  useChange(
    (endpoint: EndpointVisibility) => changeEndpointSettings(dashboardId, endpoint),
    knownEndpointsKey(dashboardId),
  );
