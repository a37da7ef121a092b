import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { dashboardPath, get } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import { resolveInterval } from '@/api/statistics/history';
import { intervalParams } from '@/api/statistics/query';
import type { View } from '@/api/statistics/view';
import type { Trend, TrendBy, Trends } from '@/api/types';

/** The maximum number of endpoints; more cannot be compared at a glance. */
export const MAX_ENDPOINTS = 12;

export interface ShownTrends extends Trends {
  by: TrendBy;
  zone: string;
  /** The range, which may begin and end within a day. */
  start: Date | undefined;
  end: Date;
}

/** The execution times by day or version, with what the rules allow. */
const trendsQuery = (dashboardId: string, by: TrendBy, { range, zone, filters }: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'trends', by, range, zone, filters],
    queryFn: async ({ client, signal }): Promise<ShownTrends> => {
      const { start, end } = await resolveInterval(client, dashboardId, { range, zone });
      const parameters = { by, top: MAX_ENDPOINTS, timezone: zone };
      const trends = await get<Trends>(
        dashboardPath(dashboardId, 'trends'),
        { ...intervalParams({ start, end }), ...filters, ...parameters },
        signal,
      );
      return { ...trends, by, zone, start, end };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useTrends = (...args: Parameters<typeof trendsQuery>) =>
  useQuery(trendsQuery(...args));

export interface ShownTrend extends ShownTrends {
  trend: Trend;
}

/** One of the trends, which are requested together. */
export const useTrend = (endpoint: string | null, ...args: Parameters<typeof trendsQuery>) =>
  useQuery({
    ...trendsQuery(...args),
    select: (all): ShownTrend => ({
      ...all,
      trend: all.trends.find((one) => one.endpoint === endpoint) ?? {
        endpoint,
        values: {},
        limits: [],
      },
    }),
  });
