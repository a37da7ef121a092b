import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { resolveInterval } from '@/api/get-first-call';
import { getStatistics } from '@/api/get-statistic';
import { REFRESH_MS } from '@/api/refresh';
import { fittingTimeslice, type View } from '@/lib/view';

const STATISTICS = [
  'total_visits',
  'unique_visitors',
  'average_execution_time',
  'median_execution_time',
  'ninety-fifth_percentile_execution_time',
  'ninety-ninth_percentile_execution_time',
  'total_execution_time',
  'error_rate',
] as const;

type Numbers = Record<(typeof STATISTICS)[number], number | null>;

/** What was measured of an endpoint; times in ms, null without calls. */
export interface EndpointFigures {
  name: string;
  numbers: Numbers;
  lastCall: Date | null;
  /** Visits over time; null where that was not asked for. */
  visits: readonly number[] | null;
}

export interface CalledEndpoints {
  endpoints: readonly EndpointFigures[];
  /** The visits of all endpoints. */
  visits: number;
}

/** So many endpoints have a line for their visits over time; one for each would be too much. */
const TRENDS = 150;

type Answer = Record<string, Numbers & { last_call: string | null }>;
type TrendsAnswer = Partial<Record<string, Record<string, number>>>;

/** The figures of every endpoint that was called. */
export const endpointsQuery = (dashboardId: string, { range, filters }: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'endpoints', range, filters],
    queryFn: async ({ client, signal }): Promise<CalledEndpoints> => {
      const interval = await resolveInterval(client, dashboardId, range);
      const all = { interval, filters };
      const apart = { ...all, breakdown: ['endpoint'] } as const;
      const overTime = { ...apart, timeslice: fittingTimeslice(interval), top: TRENDS };
      const [visits, figures, trends] = await Promise.all([
        getStatistics<number>(dashboardId, ['total_visits'], all, signal),
        getStatistics<Answer>(dashboardId, [...STATISTICS, 'last_call'], apart, signal),
        getStatistics<TrendsAnswer>(dashboardId, ['total_visits'], overTime, signal),
      ]);
      const endpoints = Object.entries(figures).map(([name, { last_call, ...numbers }]) => ({
        name,
        numbers,
        lastCall: last_call === null ? null : new Date(last_call),
        visits: trends[name] ? Object.values(trends[name]) : null,
      }));
      return { endpoints, visits };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useEndpoints = (dashboardId: string, view: View) =>
  useQuery(endpointsQuery(dashboardId, view));
