import { useMutation } from '@tanstack/react-query';

import { post } from '@/api/client';
import type { Connection, Probe } from '@/api/types';

const probeDashboard = (connection: Connection) => post<Probe>('/dashboards/probe', connection);

/** Tests step by step whether a dashboard can be read at an address with a token. */
export const useProbeDashboard = () => useMutation({ mutationFn: probeDashboard });
