import { queryOptions, useQuery } from '@tanstack/react-query';

import { getStatistics } from '@/api/get-statistic';

const STALE_MS = 5 * 60_000;

/**
 * The endpoints by their visits of all time, those with most first.
 *
 * Colours follow this order. They should not change while somebody looks at them, so an endpoint
 * keeps its place for as long as it is remembered, and new ones come after it.
 */
export const endpointOrderQuery = (dashboardId: string) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'endpoint-order'],
    queryFn: async ({ client, queryKey, signal }): Promise<string[]> => {
      const answer = await getStatistics<Record<string, number>>(
        dashboardId,
        ['total_visits'],
        { interval: { start: undefined, end: new Date() }, breakdown: ['endpoint'] },
        signal,
      );
      const now = Object.entries(answer)
        .sort(([, one], [, other]) => other - one)
        .map(([name]) => name);
      return [...new Set([...(client.getQueryData<string[]>(queryKey) ?? []), ...now])];
    },
    staleTime: STALE_MS,
    refetchInterval: STALE_MS,
    gcTime: Infinity,
  });

export const useEndpointOrder = (dashboardId: string) => useQuery(endpointOrderQuery(dashboardId));
