import { queryOptions, useQuery } from '@tanstack/react-query';

import { getStatistics } from '@/api/get-statistic';
import { resolveRange, type FilterName, type Range } from '@/lib/view';

const OFFERED = 100;

type VisitsByValue = Record<string, { total_visits: number }>;

/** The values that calls in this range have, those with most visits first. */
export const filterValuesQuery = (dashboardId: string, name: FilterName, range: Range) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'filter-values', name, range],
    queryFn: async ({ signal }) => {
      const request = {
        interval: resolveRange(range, new Date()),
        breakdown: [name],
        top: OFFERED,
      };
      // Two statistics, so that the answer names them.
      const answer = await getStatistics<VisitsByValue>(
        dashboardId,
        ['total_visits', 'unique_visitors'],
        request,
        signal,
      );
      return Object.entries(answer)
        .map(([value, { total_visits: visits }]) => ({ value, visits }))
        .sort((one, other) => other.visits - one.visits);
    },
  });

export const useFilterValues = (dashboardId: string, name: FilterName, range: Range) =>
  useQuery(filterValuesQuery(dashboardId, name, range));
