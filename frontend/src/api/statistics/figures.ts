import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { REFRESH_MS } from '@/api/core/refresh';
import { resolvePrevious } from '@/api/statistics/history';
import { queryValues, type Values } from '@/api/statistics/query';
import { resolveRange, type Interval, type View } from '@/api/statistics/view';

const STATISTICS = [
  'total_visits',
  'unique_visitors',
  'median_execution_time',
  'ninety-fifth_percentile_execution_time',
  'error_rate',
] as const;

/** The main figures of a period; times in ms, null without requests. */
export type Figures = Values<(typeof STATISTICS)[number]>;

export interface ComparedFigures {
  now: Figures;
  /** Undefined for all time, and if there were no requests before. */
  before: Figures | undefined;
}

/** The main figures of a view and of the previous period. */
export const figuresQuery = (dashboardId: string, { range, zone, filters }: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'figures', range, zone, filters],
    queryFn: async ({ client, signal }): Promise<ComparedFigures> => {
      const moment = new Date();
      const request = async (interval: Interval): Promise<Figures> => {
        const [all] = await queryValues(dashboardId, STATISTICS, { interval, filters }, signal);
        return all.values;
      };
      const earlier = await resolvePrevious(client, dashboardId, { range, zone }, moment);
      const [now, before] = await Promise.all([
        request(resolveRange({ range, zone }, moment)),
        earlier && request(earlier),
      ]);
      return { now, before };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useFigures = (dashboardId: string, view: View) =>
  useQuery(figuresQuery(dashboardId, view));
