import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { REFRESH_MS } from '@/api/core/refresh';
import { resolveInterval, resolvePrevious } from '@/api/statistics/history';
import { querySlices, type Slices, type SlicedValues } from '@/api/statistics/query';
import { timesliceOf, type Interval, type View } from '@/api/statistics/view';
import type { CallField, TimeUnit } from '@/api/types';
import { momentOf } from '@/lib/time-zone';

const STATISTICS = [
  'total_visits',
  'unique_visitors',
  'median_execution_time',
  'ninetieth_percentile_execution_time',
  'ninety-ninth_percentile_execution_time',
] as const;

/** One value per slice for each statistic; without requests, counts are 0 and times null. */
export type SeriesValues = SlicedValues<(typeof STATISTICS)[number]>;

export interface TimeSeries extends Slices {
  timeslice: TimeUnit;
  zone: string;
  /** The range, which may begin and end within a slice. */
  start: Date | undefined;
  end: Date;
  values: SeriesValues;
  /** The previous period, slice by slice; only if the view compares. */
  before: SeriesValues | undefined;
}

/** Returns the values of the first slices. */
const cut = (values: SeriesValues, count: number) =>
  Object.fromEntries(
    Object.entries(values).map(([name, list]) => [name, list.slice(0, count)]),
  ) as SeriesValues;

/** All time series of a page, in one request (two for a comparison). */
export const seriesQuery = (dashboardId: string, view: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'series', view],
    queryFn: async ({ client, signal }): Promise<TimeSeries> => {
      const { zone, filters, compare } = view;
      const moment = new Date();
      const interval = await resolveInterval(client, dashboardId, view, moment);
      const timeslice = timesliceOf(view, interval);
      const request = async (requested: Interval) => {
        const parameters = { interval: requested, filters, timeslice, zone };
        const { groups, ...slices } = await querySlices(
          dashboardId,
          STATISTICS,
          parameters,
          signal,
        );
        return { ...slices, values: groups[0].values };
      };
      const earlier = compare
        ? await resolvePrevious(client, dashboardId, view, moment)
        : undefined;
      const [now, before] = await Promise.all([request(interval), earlier && request(earlier)]);
      return {
        timeslice,
        zone,
        ...now,
        start: interval.start,
        end: interval.end,
        // The previous period may have one more slice.
        before: before && cut(before.values, now.slices.length),
      };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useSeries = (dashboardId: string, view: View) =>
  useQuery(seriesQuery(dashboardId, view));

/** The number of groups with distinct colours, besides all others. */
const GROUPS = 7;

export interface Group {
  /** Null for all other groups combined. */
  name: string | null;
  /** One per slice. */
  visits: readonly number[];
}

export interface GroupedVisits {
  series: TimeSeries;
  /** They add up to all requests. */
  groups: readonly Group[];
}

function withRest(series: TimeSeries, groups: readonly Group[]): GroupedVisits {
  const rest = series.values.total_visits.map((total, at) =>
    groups.reduce((left, { visits }) => left - (visits[at] ?? 0), total),
  );
  const hasRest = rest.some((left) => left > 0);
  return { series, groups: hasRest ? [...groups, { name: null, visits: rest }] : groups };
}

/** Requests over time of the groups with the most requests, and of all others. */
export const visitsByQuery = (dashboardId: string, dimension: CallField, view: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'visits-by', dimension, view],
    queryFn: async ({ client, signal }): Promise<GroupedVisits> => {
      const interval = await resolveInterval(client, dashboardId, view);
      const timeslice = timesliceOf(view, interval);
      const request = { interval, filters: view.filters, timeslice, zone: view.zone };
      const [series, { slices, groups }] = await Promise.all([
        client.query(seriesQuery(dashboardId, view)),
        querySlices(
          dashboardId,
          ['total_visits'],
          { ...request, breakdown: [dimension], top: GROUPS },
          signal,
        ),
      ]);
      // The series may have been requested a slice earlier.
      const places = new Map(slices.map((slice, place) => [slice, place]));
      const visitsBy = groups.map(({ key, values: { total_visits: visits } }) => ({
        name: key[dimension],
        visits: series.slices.map((slice) => visits[places.get(slice) ?? -1] ?? 0),
      }));
      // Status classes keep their own order; all other groups are ordered by size.
      if (dimension === 'status_class') {
        visitsBy.sort((one, other) => one.name.localeCompare(other.name));
      }
      return withRest(series, visitsBy);
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useVisitsBy = (dashboardId: string, dimension: CallField, view: View) =>
  useQuery(visitsByQuery(dashboardId, dimension, view));

const LONG_REFRESH_MS = 5 * 60_000;
/** More hours fit neither a heat map nor a response. */
export const MAX_DAYS = 366;

export interface Hour {
  /** "2026-01-31" */
  date: string;
  /** 0 to 23; where the clocks are turned back, it occurs twice. */
  hour: number;
  visits: number;
  visitors: number;
}

export interface Hourly extends Pick<Slices, 'resolution'> {
  hours: readonly Hour[];
  /** Whether these are only the last days of a longer range. */
  isCut: boolean;
}

const daysBefore = (end: Date, days: number) => new Date(end.getTime() - days * 86_400_000);

/** Requests and unique visitors per hour, for both heat maps. */
export const hourlyQuery = (dashboardId: string, { range, zone, filters }: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'hourly', range, zone, filters],
    queryFn: async ({ client, signal }): Promise<Hourly> => {
      const { start, end } = await resolveInterval(client, dashboardId, { range, zone });
      const earliest = daysBefore(end, MAX_DAYS);
      const isCut = start !== undefined && start < earliest;
      const { slices, groups, resolution } = await querySlices(
        dashboardId,
        ['total_visits', 'unique_visitors'],
        { interval: { start: isCut ? earliest : start, end }, filters, timeslice: 'hour', zone },
        signal,
      );
      const [{ values }] = groups;
      const hours = slices.map((slice, at) => ({
        date: slice.slice(0, 10),
        hour: Number(slice.slice(11, 13)),
        visits: values.total_visits[at] ?? 0,
        visitors: values.unique_visitors[at] ?? 0,
      }));
      return { hours, isCut, resolution };
    },
    placeholderData: keepPreviousData,
    refetchInterval: LONG_REFRESH_MS,
  });

export const useHourly = (dashboardId: string, view: View) =>
  useQuery(hourlyQuery(dashboardId, view));

export interface YearVisits extends Pick<Slices, 'resolution'> {
  /** By date. */
  days: Readonly<Record<string, number>>;
}

/** Requests per day of a calendar year so far. */
export const yearQuery = (dashboardId: string, year: number, { zone, filters }: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'year', year, zone, filters],
    queryFn: async ({ signal }): Promise<YearVisits> => {
      const [start, next] = [year, year + 1].map((each) => momentOf(`${each}-01-01`, zone));
      const end = new Date(Math.min(Date.now(), next?.getTime() ?? Infinity));
      const { slices, groups, resolution } = await querySlices(
        dashboardId,
        ['total_visits'],
        { interval: { start, end }, filters, timeslice: 'day', zone },
        signal,
      );
      const visits = groups[0].values.total_visits;
      return {
        days: Object.fromEntries(slices.map((date, at) => [date, visits[at] ?? 0])),
        resolution,
      };
    },
    placeholderData: keepPreviousData,
    refetchInterval: LONG_REFRESH_MS,
  });

export const useYear = (...args: Parameters<typeof yearQuery>) => useQuery(yearQuery(...args));
