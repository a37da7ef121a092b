import { dashboardPath, get } from '@/api/core/client';
import { sharedDashboard } from '@/api/core/link';
import type { Filters, Interval } from '@/api/statistics/view';
import type {
  CallField,
  EndpointNaming,
  GroupKey,
  GroupValues,
  QueryParameters,
  QueryResponse,
  StatisticName,
  TimeUnit,
} from '@/api/types';

/** The maximum number of groups in a response. */
export const MAX_GROUPS = 1_000;

export interface Request<B extends CallField> {
  interval: Interval;
  filters?: Filters;
  breakdown?: B[];
  /** With a breakdown by endpoint: how endpoints are named; by default as rules merge them. */
  naming?: EndpointNaming;
  /** With a breakdown: the maximum number of groups; those with the most requests. */
  top?: number;
}

/** How an interval is cut into slices. */
export interface Sliced {
  timeslice: TimeUnit;
  /** The time zone of the calendar. */
  zone: string;
}

interface Group<V, B extends CallField> {
  key: Pick<Required<GroupKey>, B>;
  values: V;
}

/** With a breakdown, the groups with requests, largest first; otherwise exactly one. */
type Groups<V, B extends CallField> = [B] extends [never] ? [Group<V, B>] : Group<V, B>[];

export interface Slices {
  /** The labels of the slices, in order of time. */
  slices: readonly string[];
  /** The units of UTC that the slices cut, but of which only whole ones are stored. */
  resolution: QueryResponse['resolution'];
}

/** Says where slices are less precise than requested; undefined where they are not. */
export const resolutionNote = (resolution: Slices['resolution']): string | undefined =>
  resolution
    ? `Part of this range is stored by whole ${resolution === 'utc_day' ? 'days' : 'hours'} of UTC` +
      ' only. Their requests are shown where they begin.'
    : undefined;

/** One value per statistic. */
export type Values<S extends StatisticName> = { [K in S]: Required<GroupValues>[K][number] };

/** One value per statistic and slice. */
export type SlicedValues<S extends StatisticName> = Pick<Required<GroupValues>, S>;

/** Returns the parameters of an interval; without a start, the API begins at the first request. */
export const intervalParams = ({ start, end }: Interval) => ({
  start_date: start?.toISOString(),
  end_date: end.toISOString(),
});

function query(
  dashboardId: string,
  statistics: readonly StatisticName[],
  request: Request<CallField> & Partial<Sliced>,
  signal: AbortSignal,
): Promise<QueryResponse> {
  const { interval, filters, breakdown, top = MAX_GROUPS, timeslice, zone, naming } = request;
  const parameters = {
    ...intervalParams(interval),
    // Visitors get some of them; no panel that is shown to them needs the others.
    statistic: statistics.filter((name) => sharedDashboard()?.statistics.includes(name) ?? true),
    timeslice,
    timeslice_is_static: timeslice && true,
    timezone: zone,
    breakdown,
    top: breakdown && top,
    endpoint_naming: naming,
  } satisfies Omit<QueryParameters, CallField>;
  return get(dashboardPath(dashboardId, 'query'), { ...filters, ...parameters }, signal);
}

/* Narrows the API's types to the requested statistics and fields. */

/** Requests statistics of a whole interval. */
export async function queryValues<S extends StatisticName, B extends CallField = never>(
  dashboardId: string,
  statistics: readonly S[],
  request: Request<B>,
  signal: AbortSignal,
): Promise<Groups<Values<S>, B>> {
  const { groups } = await query(dashboardId, statistics, request, signal);
  return groups.map(({ key, values }) => ({
    key,
    values: Object.fromEntries(statistics.map((name) => [name, values[name]?.[0]])),
  })) as Groups<Values<S>, B>;
}

/** Requests statistics of each slice of an interval. */
export async function querySlices<S extends StatisticName, B extends CallField = never>(
  dashboardId: string,
  statistics: readonly S[],
  request: Request<B> & Sliced,
  signal: AbortSignal,
): Promise<Slices & { groups: Groups<SlicedValues<S>, B> }> {
  const { slices, groups, resolution } = await query(dashboardId, statistics, request, signal);
  const all = groups.map(({ key, values }) => ({
    key,
    values: Object.fromEntries(statistics.map((name) => [name, values[name] ?? []])),
  }));
  return { slices, groups: all as Groups<SlicedValues<S>, B>, resolution };
}
