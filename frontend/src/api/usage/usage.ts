import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { dashboardPath, get } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import type { Aggregate, DashboardUsage, UsagePeriod, UsageRow } from '@/api/types';
import { firstDateOf, LENGTHS } from '@/api/usage/periods';
import { ROOT } from '@/lib/root';
import { dateIn } from '@/lib/time-zone';

/** The periods that a report shows, and as many before them. */
export interface Usage<Row extends { period: string }> {
  aggregate: Aggregate;
  zone: string;
  shown: readonly Row[];
  before: readonly Row[];
}

export interface AppUsage extends Usage<UsagePeriod> {
  lowerBounds: DashboardUsage['lower_bounds'];
  resolution: DashboardUsage['resolution'];
}

/** Returns the first date of a report, with the periods before those that it shows. */
function startDate(aggregate: Aggregate, zone: string): string {
  const { first, plus, count } = LENGTHS[aggregate];
  return plus(first(dateIn(zone, new Date())), 1 - 2 * count);
}

/** Splits the rows of a report; a new period may have begun since its first date was computed. */
function split<Row extends { period: string }>(
  rows: readonly Row[],
  aggregate: Aggregate,
  zone: string,
): Usage<Row> {
  const { count } = LENGTHS[aggregate];
  return { aggregate, zone, shown: rows.slice(-count), before: rows.slice(-2 * count, -count) };
}

const loginUsageQuery = (aggregate: Aggregate, zone: string) =>
  queryOptions({
    queryKey: ['usage', 'login', aggregate, zone],
    queryFn: async ({ signal }) => {
      const params = { aggregate, timezone: zone, start: startDate(aggregate, zone) };
      return split(await get<UsageRow[]>('/usage/login', params, signal), aggregate, zone);
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

/** How many users signed in. */
export const useLoginUsage = (...args: Parameters<typeof loginUsageQuery>) =>
  useQuery(loginUsageQuery(...args));

const appUsageQuery = (dashboardId: string, aggregate: Aggregate, zone: string) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'usage', aggregate, zone],
    queryFn: async ({ signal }): Promise<AppUsage> => {
      const params = { aggregate, timezone: zone, start_date: startDate(aggregate, zone) };
      const path = dashboardPath(dashboardId, 'usage');
      const data = await get<DashboardUsage>(path, params, signal);
      return {
        ...split(data.periods, aggregate, zone),
        lowerBounds: data.lower_bounds,
        resolution: data.resolution,
      };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

/** How many users and addresses an app has. */
export const useAppUsage = (...args: Parameters<typeof appUsageQuery>) =>
  useQuery(appUsageQuery(...args));

const url = (path: string, params: Record<string, string>) =>
  `${ROOT}api${path}?${new URLSearchParams(params).toString()}`;

const firstShown = ({ shown }: Usage<{ period: string }>) =>
  shown[0] === undefined ? '' : firstDateOf(shown[0].period);

export type LoginUsageFormat = 'csv' | 'svg' | 'json';

/** Returns the URL of the periods that a report of sign-ins shows. */
export const loginUsageUrl = (usage: Usage<UsageRow>, format: LoginUsageFormat): string =>
  url(`/usage/login/${format === 'svg' ? 'plot' : 'raw'}`, {
    aggregate: usage.aggregate,
    timezone: usage.zone,
    start: firstShown(usage),
    content_type: format,
  });

/** Returns the URL of the periods that the report of an app shows, as CSV. */
export const appUsageUrl = (dashboardId: string, usage: AppUsage): string =>
  url(dashboardPath(dashboardId, 'usage'), {
    aggregate: usage.aggregate,
    timezone: usage.zone,
    start_date: firstShown(usage),
    format: 'csv',
  });
