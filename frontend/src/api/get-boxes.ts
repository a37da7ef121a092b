import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { getStatistics, type Dimension } from '@/api/get-statistic';
import { REFRESH_MS } from '@/api/refresh';
import type { Box } from '@/lib/box';
import { resolveRange, type View } from '@/lib/view';

const STATISTICS = [
  'total_visits',
  'fastest_measured_execution_time',
  'fastest_quartile_execution_time',
  'median_execution_time',
  'slowest_quartile_execution_time',
  'ninetieth_percentile_execution_time',
  'ninety-ninth_percentile_execution_time',
  'slowest_measured_execution_time',
  'average_execution_time',
] as const;

type Numbers = Record<(typeof STATISTICS)[number], number | null>;

export interface NamedBox {
  name: string;
  visits: number;
  box: Box;
}

function toBox(numbers: Numbers): Box | undefined {
  const time = (statistic: keyof Numbers) => numbers[statistic] ?? 0;
  if (numbers.median_execution_time === null) return undefined;
  return {
    fastest: time('fastest_measured_execution_time'),
    firstQuartile: time('fastest_quartile_execution_time'),
    median: time('median_execution_time'),
    thirdQuartile: time('slowest_quartile_execution_time'),
    p90: time('ninetieth_percentile_execution_time'),
    p99: time('ninety-ninth_percentile_execution_time'),
    slowest: time('slowest_measured_execution_time'),
    average: time('average_execution_time'),
  };
}

const named = (name: string, numbers: Numbers): NamedBox[] => {
  const box = toBox(numbers);
  return box ? [{ name, visits: numbers.total_visits ?? 0, box }] : [];
};

/**
 * How execution times are spread, for each value of a dimension (those with most visits first), or
 * for all calls together.
 */
export const boxesQuery = (
  dashboardId: string,
  dimension: Dimension | undefined,
  { range, filters }: View,
  top?: number,
) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'boxes', dimension, range, filters, top],
    queryFn: async ({ signal }): Promise<NamedBox[]> => {
      const request = { interval: resolveRange(range, new Date()), filters };
      if (dimension === undefined) {
        return named(
          'All calls',
          await getStatistics<Numbers>(dashboardId, STATISTICS, request, signal),
        );
      }
      const answer = await getStatistics<Record<string, Numbers>>(
        dashboardId,
        STATISTICS,
        { ...request, breakdown: [dimension], top },
        signal,
      );
      return Object.entries(answer)
        .flatMap(([name, numbers]) => named(name, numbers))
        .sort((one, other) => other.visits - one.visits);
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useBoxes = (...args: Parameters<typeof boxesQuery>) => useQuery(boxesQuery(...args));
