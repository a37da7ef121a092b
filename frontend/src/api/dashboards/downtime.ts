import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { dashboardPath, get } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import type { Downtime } from '@/api/types';

const DAY_MS = 86_400_000;

const isoDate = (moment: Date) => moment.toISOString().slice(0, 10);

/** The downtime of a dashboard over a number of days, including today. */
export const downtimeQuery = (dashboardId: string, days: number) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'downtime', days],
    queryFn: ({ signal }) => {
      const today = new Date();
      const first = new Date(today.getTime() - (days - 1) * DAY_MS);
      const params = { start_date: isoDate(first), end_date: isoDate(today) };
      return get<Downtime>(dashboardPath(dashboardId, 'downtime'), params, signal);
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useDowntime = (dashboardId: string, days: number) =>
  useQuery(downtimeQuery(dashboardId, days));
