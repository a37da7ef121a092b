import { useQuery } from '@tanstack/react-query';

import { dashboardPath, get } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import type { DashboardInfo, Endpoints } from '@/api/types';

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

/** Whether a dashboard has this endpoint; undefined while loading. */
export const useIsKnownEndpoint = (dashboardId: string, name: string): boolean | undefined =>
  useQuery({
    queryKey: [...knownEndpointsKey(dashboardId), name],
    queryFn: async ({ signal }) => {
      const path = dashboardPath(dashboardId, 'endpoints');
      const { endpoints } = await get<Endpoints>(path, { start: name, limit: 1 }, signal);
      return endpoints[0]?.name === name;
    },
  }).data;

/** Endpoints change rarely, and there may be many. */
const ALL_ENDPOINTS_MS = 5 * 60_000;

/** All dashboards with the names of their endpoints. */
export const useAllEndpoints = () =>
  useQuery({
    queryKey: ['all-endpoints'],
    queryFn: ({ signal }) => get<DashboardInfo[]>('/dashboards', undefined, signal),
    staleTime: ALL_ENDPOINTS_MS,
  });
