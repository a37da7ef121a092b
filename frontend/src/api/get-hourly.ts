import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { getStatistics } from '@/api/get-statistic';
import { resolveRange, type Interval, type View } from '@/lib/view';

const REFRESH_MS = 5 * 60_000;
const LONGEST_MS = 366 * 86_400_000;

type Answer = Record<'total_visits' | 'unique_visitors', Record<string, number>>;

export interface Hour {
  /** "2026-01-31" (UTC). */
  date: string;
  /** 0 to 23 (UTC). */
  hour: number;
  visits: number;
  visitors: number;
}

/** At most the last year of an interval: more hours than that fit neither a heat map nor an answer. */
function lastYear({ start, end }: Interval): Interval {
  const earliest = new Date(end.getTime() - LONGEST_MS);
  return { start: start === undefined || start < earliest ? earliest : start, end };
}

/** Visits and unique visitors of every hour, for both heat maps at once. */
export const hourlyQuery = (dashboardId: string, { range, filters }: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'hourly', range, filters],
    queryFn: async ({ signal }): Promise<Hour[]> => {
      const answer = await getStatistics<Answer>(
        dashboardId,
        ['total_visits', 'unique_visitors'],
        { interval: lastYear(resolveRange(range, new Date())), filters, timeslice: 'hour' },
        signal,
      );
      return Object.entries(answer.total_visits).map(([slice, visits]) => ({
        date: slice.slice(0, 10),
        hour: Number(slice.slice(11, 13)),
        visits,
        visitors: answer.unique_visitors[slice] ?? 0,
      }));
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useHourly = (dashboardId: string, view: View) =>
  useQuery(hourlyQuery(dashboardId, view));
