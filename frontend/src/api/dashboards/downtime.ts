import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { dashboardPath, get } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import type { Downtime } from '@/api/types';
import { dateIn, plusDays } from '@/lib/time-zone';

/** The downtime of a dashboard over a number of days, including today. */
export const downtimeQuery = (dashboardId: string, days: number, zone: string) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'downtime', days, zone],
    queryFn: ({ signal }) => {
      const today = dateIn(zone, new Date());
      const params = {
        start_date: plusDays(today, 1 - days),
        end_date: today,
        timezone: zone,
      };
      return get<Downtime>(dashboardPath(dashboardId, 'downtime'), params, signal);
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useDowntime = (...args: Parameters<typeof downtimeQuery>) =>
  useQuery(downtimeQuery(...args));
