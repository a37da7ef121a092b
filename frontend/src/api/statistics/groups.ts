import { keepPreviousData, queryOptions, useQuery, type QueryClient } from '@tanstack/react-query';

import { get } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import { byAge, resolveInterval, versionsQuery } from '@/api/statistics/history';
import { MAX_GROUPS, querySlices, queryValues, type Values } from '@/api/statistics/query';
import type { Box } from '@/lib/box';
import { rangeParams, suitableTimeslice, resolveRange, type View } from '@/api/statistics/view';
import type { CallField, EndpointNaming, ExceptionGroups, StatisticName } from '@/api/types';

const BOX_STATISTICS = {
  fastest: 'fastest_measured_execution_time',
  firstQuartile: 'fastest_quartile_execution_time',
  median: 'median_execution_time',
  thirdQuartile: 'slowest_quartile_execution_time',
  p90: 'ninetieth_percentile_execution_time',
  p99: 'ninety-ninth_percentile_execution_time',
  slowest: 'slowest_measured_execution_time',
  average: 'average_execution_time',
} as const satisfies Record<keyof Box, StatisticName>;

const STATISTICS = [
  'total_visits',
  'total_execution_time',
  ...Object.values(BOX_STATISTICS),
] as const;

export interface NamedBox {
  name: string;
  visits: number;
  /** The total execution time, in ms. */
  total: number;
  box: Box;
}

function named(name: string, values: Values<(typeof STATISTICS)[number]>): NamedBox[] {
  const { total_visits: visits, total_execution_time: total } = values;
  if (visits === 0) return [];
  const times = Object.entries(BOX_STATISTICS).map(([key, name]) => [key, values[name]]);
  return [{ name, visits, total, box: Object.fromEntries(times) as Box }];
}

async function newestFirst(client: QueryClient, dashboardId: string, boxes: NamedBox[]) {
  const compare = byAge(await client.query(versionsQuery(dashboardId)));
  return boxes.toSorted((one, other) => compare(other.name, one.name));
}

/**
 * The distribution of execution times, per value of a dimension or of all requests.
 *
 * Versions are ordered newest first, all others by their requests.
 */
export const boxesQuery = (
  dashboardId: string,
  dimension: CallField | undefined,
  { range, zone, filters }: View,
  top?: number,
  naming?: EndpointNaming,
) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'boxes', dimension, range, zone, filters, top, naming],
    queryFn: async ({ client, signal }): Promise<NamedBox[]> => {
      const request = { interval: resolveRange({ range, zone }, new Date()), filters };
      if (dimension === undefined) {
        const [all] = await queryValues(dashboardId, STATISTICS, request, signal);
        return named('All requests', all.values);
      }
      const groups = await queryValues(
        dashboardId,
        STATISTICS,
        { ...request, breakdown: [dimension], top, naming },
        signal,
      );
      const boxes = groups.flatMap(({ key, values }) => named(key[dimension], values));
      return dimension === 'version' ? newestFirst(client, dashboardId, boxes) : boxes;
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useBoxes = (...args: Parameters<typeof boxesQuery>) => useQuery(boxesQuery(...args));

const ENDPOINT_STATISTICS = [
  'total_visits',
  'unique_visitors',
  'average_execution_time',
  'median_execution_time',
  'ninety-fifth_percentile_execution_time',
  'ninety-ninth_percentile_execution_time',
  'total_execution_time',
  'error_rate',
] as const;

/** The figures of an endpoint; times in ms, null without requests. */
export interface EndpointFigures {
  name: string;
  numbers: Values<(typeof ENDPOINT_STATISTICS)[number]>;
  lastCall: Date | null;
  /** Requests over time; null if not requested. */
  visits: readonly number[] | null;
}

export interface CalledEndpoints {
  endpoints: readonly EndpointFigures[];
  /** The requests to all endpoints. */
  visits: number;
  /** Whether there may be more endpoints than are listed. */
  isCut: boolean;
}

/** The maximum number of endpoints with requests over time; all of them would be too many. */
const MAX_TRENDS = 150;

/** The figures of every endpoint with requests, or of every blueprint. */
const endpointsQuery = (
  dashboardId: string,
  { range, zone, filters }: View,
  naming?: EndpointNaming,
) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'endpoints', range, zone, filters, naming],
    queryFn: async ({ client, signal }): Promise<CalledEndpoints> => {
      const interval = await resolveInterval(client, dashboardId, { range, zone });
      const all = { interval, filters };
      const apart = { ...all, breakdown: ['endpoint' as const], naming };
      const timeslice = suitableTimeslice(interval);
      const overTime = { ...apart, timeslice, zone, top: MAX_TRENDS };
      const [[whole], figures, trends] = await Promise.all([
        queryValues(dashboardId, ['total_visits'], all, signal),
        queryValues(dashboardId, [...ENDPOINT_STATISTICS, 'last_call'], apart, signal),
        querySlices(dashboardId, ['total_visits'], overTime, signal),
      ]);
      const visits = new Map(trends.groups.map(({ key, values }) => [key.endpoint, values]));
      const endpoints = figures.map(({ key, values: { last_call, ...numbers } }) => ({
        name: key.endpoint,
        numbers,
        lastCall: last_call === null ? null : new Date(last_call),
        visits: visits.get(key.endpoint)?.total_visits ?? null,
      }));
      const isCut = endpoints.length >= MAX_GROUPS;
      return { endpoints, visits: whole.values.total_visits, isCut };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useEndpoints = (
  dashboardId: string,
  view: View,
  naming?: EndpointNaming,
  enabled = true,
) => useQuery({ ...endpointsQuery(dashboardId, view, naming), enabled });

const MAX_EXCEPTION_GROUPS = 200;

/** Returns the endpoints or versions of exceptions, each with the number of its groups. */
async function exceptionValues(
  name: CallField,
  view: Pick<View, 'range' | 'zone'>,
  signal: AbortSignal,
) {
  const query = { ...rangeParams(view, new Date()), limit: MAX_EXCEPTION_GROUPS };
  const { groups } = await get<ExceptionGroups>('/exceptions', query, signal);
  const counts = new Map<string, number>();
  for (const { endpoints, versions } of groups) {
    for (const value of name === 'endpoint' ? endpoints : versions)
      counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((one, other) => other.count - one.count);
}

/**
 * The values of a filter in this range, most requests first, at most 1,000.
 *
 * Without a dashboard, those of the exceptions that were seen last, of all dashboards.
 */
export const filterValuesQuery = (
  dashboardId: string | undefined,
  name: CallField,
  { range, zone }: Pick<View, 'range' | 'zone'>,
) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId ?? 'all', 'filter-values', name, range, zone],
    queryFn: async ({ signal }) => {
      if (dashboardId === undefined) return exceptionValues(name, { range, zone }, signal);
      const interval = resolveRange({ range, zone }, new Date());
      const request = { interval, breakdown: [name] };
      const groups = await queryValues(dashboardId, ['total_visits'], request, signal);
      return groups.map(({ key, values }) => ({ value: key[name], count: values.total_visits }));
    },
  });

export const useFilterValues = (...args: Parameters<typeof filterValuesQuery>) =>
  useQuery(filterValuesQuery(...args));
