import { useQuery } from '@tanstack/react-query';

import { dashboardPath, get } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import type { Endpoints } from '@/api/types';

export const knownEndpointsKey = (dashboardId: string) =>
  ['dashboards', dashboardId, 'known-endpoints'] as const;

/** The first thousand endpoints of a dashboard by name, called or not. */
export const useKnownEndpoints = (dashboardId: string) =>
  useQuery({
    queryKey: knownEndpointsKey(dashboardId),
    queryFn: async ({ signal }) => {
      const path = dashboardPath(dashboardId, 'endpoints');
      return (await get<Endpoints>(path, undefined, signal)).endpoints;
    },
    refetchInterval: REFRESH_MS,
  });
