import { useMutation } from '@tanstack/react-query';

import { post } from '@/api/client';
import type { Connection, Probe } from '@/api/types';

interface Wish {
  connection: Connection;
  signal: AbortSignal;
}

const probeDashboard = ({ connection, signal }: Wish) =>
  post<Probe>('/dashboards/probe', connection, signal);

/** Tests step by step whether a dashboard can be read at an address with a token. */
export const useProbeDashboard = () => useMutation({ mutationFn: probeDashboard });
