import { keepPreviousData, queryOptions, useQuery, type QueryClient } from '@tanstack/react-query';

import { getStatistics, type Dimension } from '@/api/get-statistic';
import { byAge, versionsQuery } from '@/api/get-versions';
import { REFRESH_MS } from '@/api/refresh';
import type { Box } from '@/lib/box';
import { resolveRange, type View } from '@/lib/view';

const STATISTICS = [
  'total_visits',
  'total_execution_time',
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
  /** The execution time of all calls together, in ms. */
  total: number;
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
  const { total_visits: visits, total_execution_time: total } = numbers;
  return box ? [{ name, visits: visits ?? 0, total: total ?? 0, box }] : [];
};

const byVisits = (one: NamedBox, other: NamedBox) => other.visits - one.visits;

async function newestFirst(client: QueryClient, dashboardId: string) {
  const compare = byAge(await client.query(versionsQuery(dashboardId)));
  return (one: NamedBox, other: NamedBox) => compare(other.name, one.name);
}

/**
 * How execution times are spread, for each value of a dimension, or for all calls together.
 *
 * The newest version comes first; of everything else those with most visits.
 */
export const boxesQuery = (
  dashboardId: string,
  dimension: Dimension | undefined,
  { range, filters }: View,
  top?: number,
) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'boxes', dimension, range, filters, top],
    queryFn: async ({ client, signal }): Promise<NamedBox[]> => {
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
      const order = dimension === 'version' ? await newestFirst(client, dashboardId) : byVisits;
      return Object.entries(answer)
        .flatMap(([name, numbers]) => named(name, numbers))
        .sort(order);
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useBoxes = (...args: Parameters<typeof boxesQuery>) => useQuery(boxesQuery(...args));
