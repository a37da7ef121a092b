import { useMutation, useQueryClient } from '@tanstack/react-query';

import { dashboardPath, post } from '@/api/core/client';
import { dashboardsKey } from '@/api/dashboards/dashboards';
import type { Connection, Dashboard, Message, NewDashboard, Probe } from '@/api/types';

interface ProbeRequest {
  connection: Connection;
  signal: AbortSignal;
}

const probeDashboard = ({ connection, signal }: ProbeRequest) =>
  post<Probe>('/dashboards/probe', connection, signal);

/** Tests step by step whether PyDash can read a dashboard with a URL and a token. */
export const useProbeDashboard = () => useMutation({ mutationFn: probeDashboard });

interface RegistrationRequest {
  dashboard: NewDashboard;
  signal: AbortSignal;
}

/**
 * Registers a dashboard, and deletes it again if `signal` was aborted meanwhile: aborting the
 * request itself would not stop the server.
 */
async function registerDashboard({ dashboard, signal }: RegistrationRequest) {
  signal.throwIfAborted();
  const response = await post<Message & { dashboard: Dashboard }>(
    '/dashboards/register',
    dashboard,
  );
  if (signal.aborted) await post<Message>(dashboardPath(response.dashboard.id, 'delete'));
  signal.throwIfAborted();
  return response;
}

/** Adds a dashboard; the server then imports its history in the background. */
export function useRegisterDashboard() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: registerDashboard,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: dashboardsKey, exact: true }),
  });
}
