import { useMutation, useQueryClient } from '@tanstack/react-query';

import { dashboardPath, post } from '@/api/client';
import { dashboardsKey } from '@/api/get-dashboards';
import type { Dashboard, Message, NewDashboard } from '@/api/types';

interface Wish {
  dashboard: NewDashboard;
  signal: AbortSignal;
}

/** What is cancelled while the server adds it is taken away again: the server would not notice. */
async function registerDashboard({ dashboard, signal }: Wish) {
  signal.throwIfAborted();
  const answer = await post<Message & { dashboard: Dashboard }>('/dashboards/register', dashboard);
  if (signal.aborted) await post<Message>(dashboardPath(answer.dashboard.id, 'delete'));
  signal.throwIfAborted();
  return answer;
}

/** Adds a dashboard; its history is imported in the background from then on. */
export function useRegisterDashboard() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: registerDashboard,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: dashboardsKey, exact: true }),
  });
}
