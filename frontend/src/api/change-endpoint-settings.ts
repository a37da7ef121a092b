import { useMutation, useQueryClient } from '@tanstack/react-query';

import { dashboardPath, post } from '@/api/client';
import { dashboardsKey } from '@/api/get-dashboards';
import type { EndpointInfo, Message } from '@/api/types';

export type EndpointVisibility = Pick<EndpointInfo, 'name' | 'hidden'>;

const changeEndpointSettings = (dashboardId: string, { name, hidden }: EndpointVisibility) =>
  post<Message & { endpoint: EndpointInfo }>(
    dashboardPath(dashboardId, 'endpoints', name, 'change_settings'),
    { hidden },
  );

/** Leaves an endpoint out of the lists, or shows it again; its calls count either way. */
export function useChangeEndpointSettings(dashboardId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (endpoint: EndpointVisibility) => changeEndpointSettings(dashboardId, endpoint),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: dashboardsKey, exact: true }),
  });
}
