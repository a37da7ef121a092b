import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { getStatistics } from '@/api/get-statistic';
import type { Filters } from '@/lib/view';

const REFRESH_MS = 5 * 60_000;

/** Visits of every day of a calendar year so far, by date (UTC). */
export const yearQuery = (dashboardId: string, year: number, filters: Filters) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'year', year, filters],
    queryFn: ({ signal }) => {
      const interval = {
        start: new Date(Date.UTC(year, 0)),
        end: new Date(Math.min(Date.now(), Date.UTC(year + 1, 0))),
      };
      return getStatistics<Record<string, number>>(
        dashboardId,
        ['total_visits'],
        { interval, filters, timeslice: 'day' },
        signal,
      );
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useYear = (dashboardId: string, year: number, filters: Filters) =>
  useQuery(yearQuery(dashboardId, year, filters));
