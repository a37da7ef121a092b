import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { REFRESH_MS } from '@/api/core/refresh';
import { resolveInterval } from '@/api/statistics/history';
import { getStatistics, type Dimension } from '@/api/statistics/query';
import {
  periodBefore,
  timesliceOf,
  type Filters,
  type Interval,
  type Timeslice,
  type View,
} from '@/api/statistics/view';

const STATISTICS = [
  'total_visits',
  'unique_visitors',
  'median_execution_time',
  'ninetieth_percentile_execution_time',
  'ninety-ninth_percentile_execution_time',
] as const;

type SeriesStatistic = (typeof STATISTICS)[number];
type SeriesAnswer = Record<SeriesStatistic, Record<string, number | null>>;

/** For each statistic one value per slice; counts are 0 and times null without calls. */
export type SeriesValues = Readonly<Record<SeriesStatistic, readonly (number | null)[]>>;

export interface TimeSeries {
  timeslice: Timeslice;
  /** The labels of the slices, in order of time. */
  slices: readonly string[];
  /** Where the last slice ends, or was cut off. */
  end: Date;
  values: SeriesValues;
  /** The period before, slice by slice; only if the view compares. */
  before: SeriesValues | undefined;
}

/** The values of the first so many slices: the period before may have one more. */
function valuesOf(answer: SeriesAnswer, count: number): SeriesValues {
  const values = (statistic: SeriesStatistic) => Object.values(answer[statistic]).slice(0, count);
  return {
    total_visits: values('total_visits'),
    unique_visitors: values('unique_visitors'),
    median_execution_time: values('median_execution_time'),
    ninetieth_percentile_execution_time: values('ninetieth_percentile_execution_time'),
    'ninety-ninth_percentile_execution_time': values('ninety-ninth_percentile_execution_time'),
  };
}

/** Everything that goes over time on a page, in one request (two to compare). */
export const seriesQuery = (dashboardId: string, view: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'series', view],
    queryFn: async ({ client, signal }): Promise<TimeSeries> => {
      const { range, filters, compare } = view;
      const interval = await resolveInterval(client, dashboardId, range);
      const timeslice = timesliceOf(view, interval);
      const ask = (asked: Interval) =>
        getStatistics<SeriesAnswer>(
          dashboardId,
          STATISTICS,
          { interval: asked, filters, timeslice },
          signal,
        );
      const earlier = compare ? periodBefore(range, interval.end) : undefined;
      const [now, before] = await Promise.all([ask(interval), earlier && ask(earlier)]);
      const slices = Object.keys(now.total_visits);
      return {
        timeslice,
        slices,
        end: interval.end,
        values: valuesOf(now, slices.length),
        before: before && valuesOf(before, slices.length),
      };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useSeries = (dashboardId: string, view: View) =>
  useQuery(seriesQuery(dashboardId, view));

/** As many groups as have a colour of their own beside the rest. */
const GROUPS = 7;

export interface Group {
  /** Null for the visits of all other groups together. */
  name: string | null;
  /** One per slice. */
  visits: readonly number[];
}

export interface GroupedVisits {
  series: TimeSeries;
  /** Together they are all visits. */
  groups: readonly Group[];
}

type GroupsAnswer = Record<string, Record<string, number>>;

const sum = (values: readonly number[]) => values.reduce((before, value) => before + value, 0);

/** Status classes have an order of their own; of all others those with most visits come first. */
const orderOf = (dimension: Dimension) => (one: Group, other: Group) =>
  dimension === 'status_class'
    ? (one.name ?? '').localeCompare(other.name ?? '')
    : sum(other.visits) - sum(one.visits);

function withRest(series: TimeSeries, answer: GroupsAnswer, dimension: Dimension): GroupedVisits {
  const groups: Group[] = Object.entries(answer)
    .map(([name, visits]) => ({
      name,
      visits: series.slices.map((slice) => visits[slice] ?? 0),
    }))
    .sort(orderOf(dimension));
  const rest = series.values.total_visits.map((total, at) =>
    groups.reduce((left, { visits }) => left - (visits[at] ?? 0), total ?? 0),
  );
  if (rest.some((left) => left > 0)) groups.push({ name: null, visits: rest });
  return { series, groups };
}

/** The visits over time of the groups with most visits, and of the rest. */
export const visitsByQuery = (dashboardId: string, dimension: Dimension, view: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'visits-by', dimension, view],
    queryFn: async ({ client, signal }): Promise<GroupedVisits> => {
      const interval = await resolveInterval(client, dashboardId, view.range);
      const timeslice = timesliceOf(view, interval);
      const request = { interval, filters: view.filters, timeslice };
      const [series, answer] = await Promise.all([
        client.query(seriesQuery(dashboardId, view)),
        getStatistics<GroupsAnswer>(
          dashboardId,
          ['total_visits'],
          { ...request, breakdown: [dimension], top: GROUPS },
          signal,
        ),
      ]);
      return withRest(series, answer, dimension);
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useVisitsBy = (dashboardId: string, dimension: Dimension, view: View) =>
  useQuery(visitsByQuery(dashboardId, dimension, view));

const LONG_REFRESH_MS = 5 * 60_000;
/** More hours than that fit neither a heat map nor an answer. */
export const MOST_DAYS = 366;

type HoursAnswer = Record<'total_visits' | 'unique_visitors', Record<string, number>>;

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
      const answer = await getStatistics<HoursAnswer>(
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
    refetchInterval: LONG_REFRESH_MS,
  });

export const useHourly = (dashboardId: string, view: View) =>
  useQuery(hourlyQuery(dashboardId, view));

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
    refetchInterval: LONG_REFRESH_MS,
  });

export const useYear = (dashboardId: string, year: number, filters: Filters) =>
  useQuery(yearQuery(dashboardId, year, filters));
