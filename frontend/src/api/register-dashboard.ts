import { useMutation, useQueryClient } from '@tanstack/react-query';

import { post } from '@/api/client';
import { dashboardsKey } from '@/api/get-dashboards';
import type { Dashboard, Message, NewDashboard } from '@/api/types';

const registerDashboard = (dashboard: NewDashboard) =>
  post<Message & { dashboard: Dashboard }>('/dashboards/register', dashboard);

/** Adds a dashboard; its history is imported in the background from then on. */
export function useRegisterDashboard() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: registerDashboard,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: dashboardsKey, exact: true }),
  });
}
