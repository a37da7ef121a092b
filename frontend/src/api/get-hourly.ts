import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { resolveInterval } from '@/api/get-first-call';
import { getStatistics } from '@/api/get-statistic';
import type { View } from '@/lib/view';

const REFRESH_MS = 5 * 60_000;
/** More hours than that fit neither a heat map nor an answer. */
export const MOST_DAYS = 366;

type Answer = Record<'total_visits' | 'unique_visitors', Record<string, number>>;

export interface Hour {
  /** "2026-01-31" (UTC). */
  date: string;
  /** 0 to 23 (UTC). */
  hour: number;
  visits: number;
  visitors: number;
}

export interface Hourly {
  hours: readonly Hour[];
  /** Whether the range is longer, and these are its last days only. */
  isCut: boolean;
}

const daysBefore = (end: Date, days: number) => new Date(end.getTime() - days * 86_400_000);

/** Visits and unique visitors of every hour, for both heat maps at once. */
export const hourlyQuery = (dashboardId: string, { range, filters }: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'hourly', range, filters],
    queryFn: async ({ client, signal }): Promise<Hourly> => {
      const { start, end } = await resolveInterval(client, dashboardId, range);
      const earliest = daysBefore(end, MOST_DAYS);
      const isCut = start !== undefined && start < earliest;
      const answer = await getStatistics<Answer>(
        dashboardId,
        ['total_visits', 'unique_visitors'],
        { interval: { start: isCut ? earliest : start, end }, filters, timeslice: 'hour' },
        signal,
      );
      const hours = Object.entries(answer.total_visits).map(([slice, visits]) => ({
        date: slice.slice(0, 10),
        hour: Number(slice.slice(11, 13)),
        visits,
        visitors: answer.unique_visitors[slice] ?? 0,
      }));
      return { hours, isCut };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useHourly = (dashboardId: string, view: View) =>
  useQuery(hourlyQuery(dashboardId, view));
