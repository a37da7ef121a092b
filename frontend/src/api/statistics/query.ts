import { dashboardPath, get, type QueryParams } from '@/api/core/client';
import type { Filters, Interval, Timeslice } from '@/api/statistics/view';

/** The names of the statistics, as the API has them. */
export type Statistic =
  | 'total_visits'
  | 'total_execution_time'
  | 'average_execution_time'
  | 'visits_per_ip'
  | 'unique_visitors'
  | 'fastest_measured_execution_time'
  | 'fastest_quartile_execution_time'
  | 'median_execution_time'
  | 'slowest_quartile_execution_time'
  | 'ninetieth_percentile_execution_time'
  | 'ninety-fifth_percentile_execution_time'
  | 'ninety-ninth_percentile_execution_time'
  | 'slowest_measured_execution_time'
  | 'versions'
  | 'error_rate'
  | 'first_call'
  | 'last_call';

export type Dimension = 'endpoint' | 'version' | 'ip' | 'group_by' | 'status_class';

/** As many groups as the API answers at once; unless it is told how many, it answers 20. */
export const MOST_GROUPS = 1_000;

export interface StatisticRequest {
  interval: Interval;
  filters?: Filters;
  timeslice?: Timeslice;
  breakdown?: readonly Dimension[];
  /** With a breakdown: only the groups with most visits, all that there are unless given. */
  top?: number;
}

/** The parameters of an interval; without a start the API begins at the first call. */
export const intervalParams = ({ start, end }: Interval): QueryParams => ({
  start_date: start?.toISOString(),
  end_date: end.toISOString(),
});

const joined = (names: readonly string[] | undefined) => names?.join(',');

/**
 * Asks for several statistics in one request.
 *
 * The answer nests, from the outside in: the groups of the breakdown, the statistic by name if
 * several were asked for, the slice of time. `T` is its shape.
 */
export async function getStatistics<T>(
  dashboardId: string,
  statistics: readonly Statistic[],
  { interval, filters, timeslice, breakdown, top = MOST_GROUPS }: StatisticRequest,
  signal?: AbortSignal,
): Promise<T> {
  const params = {
    ...intervalParams(interval),
    ...filters,
    statistic: joined(statistics),
    breakdown: joined(breakdown),
    top: breakdown && top,
    timeslice,
    timeslice_is_static: timeslice && true,
  };
  return get<T>(dashboardPath(dashboardId, 'statistic'), params, signal);
}
