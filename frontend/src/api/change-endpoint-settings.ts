import { useMutation, useQueryClient } from '@tanstack/react-query';

import { dashboardPath, post } from '@/api/client';
import { dashboardsKey } from '@/api/get-dashboards';
import type { EndpointInfo, Message } from '@/api/types';

const changeEndpointSettings = (dashboardId: string, { name, enabled }: EndpointInfo) =>
  post<Message & { endpoint: EndpointInfo }>(
    dashboardPath(dashboardId, 'endpoints', name, 'change_settings'),
    { enabled },
  );

/** Hides an endpoint of a dashboard, or shows it again. */
export function useChangeEndpointSettings(dashboardId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (endpoint: EndpointInfo) => changeEndpointSettings(dashboardId, endpoint),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: dashboardsKey, exact: true }),
  });
}
