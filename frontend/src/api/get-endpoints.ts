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
  /** Visits over time. */
  visits: readonly number[];
}

type Answer = Record<string, Numbers & { last_call: string | null }>;
type VisitsAnswer = Record<string, Record<string, number>>;

/** The figures of every endpoint that was called. */
export const endpointsQuery = (dashboardId: string, { range, filters }: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'endpoints', range, filters],
    queryFn: async ({ client, signal }): Promise<EndpointFigures[]> => {
      const interval = await resolveInterval(client, dashboardId, range);
      const request = { interval, filters, breakdown: ['endpoint'] } as const;
      const timeslice = fittingTimeslice(interval);
      const [figures, visits] = await Promise.all([
        getStatistics<Answer>(dashboardId, [...STATISTICS, 'last_call'], request, signal),
        getStatistics<VisitsAnswer>(
          dashboardId,
          ['total_visits'],
          { ...request, timeslice },
          signal,
        ),
      ]);
      return Object.entries(figures).map(([name, { last_call, ...numbers }]) => ({
        name,
        numbers,
        lastCall: last_call === null ? null : new Date(last_call),
        visits: Object.values(visits[name] ?? {}),
      }));
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useEndpoints = (dashboardId: string, view: View) =>
  useQuery(endpointsQuery(dashboardId, view));
