import { keepPreviousData, queryOptions, useQuery, type QueryClient } from '@tanstack/react-query';

import { REFRESH_MS } from '@/api/core/refresh';
import { byAge, resolveInterval, versionsQuery } from '@/api/statistics/history';
import { getStatistics, type Dimension } from '@/api/statistics/query';
import type { Box } from '@/lib/box';
import {
  fittingTimeslice,
  resolveRange,
  type FilterName,
  type Range,
  type View,
} from '@/api/statistics/view';

const BOX_STATISTICS = [
  'total_visits',
  'total_execution_time',
  'fastest_measured_execution_time',
  'fastest_quartile_execution_time',
  'median_execution_time',
  'slowest_quartile_execution_time',
  'ninetieth_percentile_execution_time',
  'ninety-ninth_percentile_execution_time',
  'slowest_measured_execution_time',
  'average_execution_time',
] as const;

type BoxNumbers = Record<(typeof BOX_STATISTICS)[number], number | null>;

export interface NamedBox {
  name: string;
  visits: number;
  /** The execution time of all calls together, in ms. */
  total: number;
  box: Box;
}

function toBox(numbers: BoxNumbers): Box | undefined {
  const time = (statistic: keyof BoxNumbers) => numbers[statistic] ?? 0;
  if (numbers.median_execution_time === null) return undefined;
  return {
    fastest: time('fastest_measured_execution_time'),
    firstQuartile: time('fastest_quartile_execution_time'),
    median: time('median_execution_time'),
    thirdQuartile: time('slowest_quartile_execution_time'),
    p90: time('ninetieth_percentile_execution_time'),
    p99: time('ninety-ninth_percentile_execution_time'),
    slowest: time('slowest_measured_execution_time'),
    average: time('average_execution_time'),
  };
}

const named = (name: string, numbers: BoxNumbers): NamedBox[] => {
  const box = toBox(numbers);
  const { total_visits: visits, total_execution_time: total } = numbers;
  return box ? [{ name, visits: visits ?? 0, total: total ?? 0, box }] : [];
};

const byVisits = (one: NamedBox, other: NamedBox) => other.visits - one.visits;

async function newestFirst(client: QueryClient, dashboardId: string) {
  const compare = byAge(await client.query(versionsQuery(dashboardId)));
  return (one: NamedBox, other: NamedBox) => compare(other.name, one.name);
}

/**
 * How execution times are spread, for each value of a dimension, or for all calls together.
 *
 * The newest version comes first; of everything else those with most visits.
 */
export const boxesQuery = (
  dashboardId: string,
  dimension: Dimension | undefined,
  { range, filters }: View,
  top?: number,
) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'boxes', dimension, range, filters, top],
    queryFn: async ({ client, signal }): Promise<NamedBox[]> => {
      const request = { interval: resolveRange(range, new Date()), filters };
      if (dimension === undefined) {
        return named(
          'All calls',
          await getStatistics<BoxNumbers>(dashboardId, BOX_STATISTICS, request, signal),
        );
      }
      const answer = await getStatistics<Record<string, BoxNumbers>>(
        dashboardId,
        BOX_STATISTICS,
        { ...request, breakdown: [dimension], top },
        signal,
      );
      const order = dimension === 'version' ? await newestFirst(client, dashboardId) : byVisits;
      return Object.entries(answer)
        .flatMap(([name, numbers]) => named(name, numbers))
        .sort(order);
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

type EndpointNumbers = Record<(typeof ENDPOINT_STATISTICS)[number], number | null>;

/** What was measured of an endpoint; times in ms, null without calls. */
export interface EndpointFigures {
  name: string;
  numbers: EndpointNumbers;
  lastCall: Date | null;
  /** Visits over time; null where that was not asked for. */
  visits: readonly number[] | null;
}

export interface CalledEndpoints {
  endpoints: readonly EndpointFigures[];
  /** The visits of all endpoints. */
  visits: number;
}

/** So many endpoints have a line for their visits over time; one for each would be too much. */
const TRENDS = 150;

type EndpointsAnswer = Record<string, EndpointNumbers & { last_call: string | null }>;
type TrendsAnswer = Partial<Record<string, Record<string, number>>>;

/** The figures of every endpoint that was called. */
export const endpointsQuery = (dashboardId: string, { range, filters }: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'endpoints', range, filters],
    queryFn: async ({ client, signal }): Promise<CalledEndpoints> => {
      const interval = await resolveInterval(client, dashboardId, range);
      const all = { interval, filters };
      const apart = { ...all, breakdown: ['endpoint'] } as const;
      const overTime = { ...apart, timeslice: fittingTimeslice(interval), top: TRENDS };
      const [visits, figures, trends] = await Promise.all([
        getStatistics<number>(dashboardId, ['total_visits'], all, signal),
        getStatistics<EndpointsAnswer>(
          dashboardId,
          [...ENDPOINT_STATISTICS, 'last_call'],
          apart,
          signal,
        ),
        getStatistics<TrendsAnswer>(dashboardId, ['total_visits'], overTime, signal),
      ]);
      const endpoints = Object.entries(figures).map(([name, { last_call, ...numbers }]) => ({
        name,
        numbers,
        lastCall: last_call === null ? null : new Date(last_call),
        visits: trends[name] ? Object.values(trends[name]) : null,
      }));
      return { endpoints, visits };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useEndpoints = (dashboardId: string, view: View) =>
  useQuery(endpointsQuery(dashboardId, view));

/** The values that calls in this range have, those with most visits first; a thousand at most. */
export const filterValuesQuery = (dashboardId: string, name: FilterName, range: Range) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'filter-values', name, range],
    queryFn: async ({ signal }) => {
      const request = { interval: resolveRange(range, new Date()), breakdown: [name] };
      const answer = await getStatistics<Record<string, number>>(
        dashboardId,
        ['total_visits'],
        request,
        signal,
      );
      return Object.entries(answer)
        .map(([value, visits]) => ({ value, visits }))
        .sort((one, other) => other.visits - one.visits);
    },
  });

export const useFilterValues = (dashboardId: string, name: FilterName, range: Range) =>
  useQuery(filterValuesQuery(dashboardId, name, range));
