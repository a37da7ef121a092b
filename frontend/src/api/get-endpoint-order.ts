import { queryOptions, useQuery } from '@tanstack/react-query';

import { getStatistics } from '@/api/get-statistic';

/** The endpoints by their visits of all time, those with most first. */
export const endpointOrderQuery = (dashboardId: string) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'endpoint-order'],
    queryFn: async ({ signal }): Promise<string[]> => {
      const answer = await getStatistics<Record<string, number>>(
        dashboardId,
        ['total_visits'],
        { interval: { start: undefined, end: new Date() }, breakdown: ['endpoint'] },
        signal,
      );
      return Object.entries(answer)
        .sort(([, one], [, other]) => other - one)
        .map(([name]) => name);
    },
    // Colours follow this order; they should not change while somebody looks at them.
    staleTime: Infinity,
    gcTime: Infinity,
  });

export const useEndpointOrder = (dashboardId: string) => useQuery(endpointOrderQuery(dashboardId));
