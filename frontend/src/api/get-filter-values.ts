import { queryOptions, useQuery } from '@tanstack/react-query';

import { getStatistics } from '@/api/get-statistic';
import { resolveRange, type FilterName, type Range } from '@/lib/view';

/** The values that calls in this range have, those with most visits first; a thousand at most. */
export const filterValuesQuery = (dashboardId: string, name: FilterName, range: Range) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'filter-values', name, range],
    queryFn: async ({ signal }) => {
      const request = { interval: resolveRange(range, new Date()), breakdown: [name] };
      const answer = await getStatistics<Record<string, number>>(
        dashboardId,
        ['total_visits'],
        request,
        signal,
      );
      return Object.entries(answer)
        .map(([value, visits]) => ({ value, visits }))
        .sort((one, other) => other.visits - one.visits);
    },
  });

export const useFilterValues = (dashboardId: string, name: FilterName, range: Range) =>
  useQuery(filterValuesQuery(dashboardId, name, range));
