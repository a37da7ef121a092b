import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { dashboardPath, get } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import { intervalParams, queryValues, type Values } from '@/api/statistics/query';
import { FILTER_NAMES, type Filters, type Interval } from '@/api/statistics/view';
import type { Histogram, StatisticName, TimeSlice } from '@/api/types';

export const COMPARED = [
  'total_visits',
  'unique_visitors',
  'error_rate',
  'average_execution_time',
  'standard_deviation_execution_time',
  'fastest_measured_execution_time',
  'fastest_quartile_execution_time',
  'median_execution_time',
  'slowest_quartile_execution_time',
  'ninetieth_percentile_execution_time',
  'ninety-fifth_percentile_execution_time',
  'ninety-ninth_percentile_execution_time',
  'slowest_measured_execution_time',
] as const satisfies readonly StatisticName[];

const BINS = 40;

/** The figures of a time slice, and the distribution of its execution times. */
export interface Compared {
  figures: Values<(typeof COMPARED)[number]>;
  histogram: Histogram;
}

/** What a time slice selects. */
export const contentOf = (slice: TimeSlice): { interval: Interval; filters: Filters } => ({
  interval: {
    start: slice.minTime === null ? undefined : new Date(slice.minTime),
    end: slice.maxTime === null ? new Date() : new Date(slice.maxTime),
  },
  filters: Object.fromEntries(
    FILTER_NAMES.flatMap((name) => (slice[name] === null ? [] : [[name, slice[name]]])),
  ),
});

/** Two time slices. */
const comparisonQuery = (dashboardId: string, one: TimeSlice, other: TimeSlice) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'comparison', one.timeSliceKey, other.timeSliceKey],
    queryFn: async ({ signal }): Promise<[Compared, Compared]> => {
      const request = async (slice: TimeSlice): Promise<Compared> => {
        const { interval, filters } = contentOf(slice);
        const [[all], histogram] = await Promise.all([
          queryValues(dashboardId, COMPARED, { interval, filters }, signal),
          get<Histogram>(
            dashboardPath(dashboardId, 'execution_time_histogram'),
            { ...intervalParams(interval), ...filters, bins: BINS },
            signal,
          ),
        ]);
        return { figures: all.values, histogram };
      };
      return Promise.all([request(one), request(other)]);
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useComparison = (...args: Parameters<typeof comparisonQuery>) =>
  useQuery(comparisonQuery(...args));

/** The distribution of the first or the second time slice. */
export const useComparedHistogram = (place: 0 | 1, ...args: Parameters<typeof comparisonQuery>) =>
  useQuery({ ...comparisonQuery(...args), select: (pair) => pair[place].histogram });
