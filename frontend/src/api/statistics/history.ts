import { queryOptions, useQuery, type QueryClient } from '@tanstack/react-query';

import { dashboardPath, get } from '@/api/core/client';
import { sharedDashboard } from '@/api/core/link';
import { queryValues } from '@/api/statistics/query';
import { previousPeriod, resolveRange, type Interval, type View } from '@/api/statistics/view';
import type { VersionInfo, Versions } from '@/api/types';

const FIRST_CALL_STALE_MS = 10 * 60_000;

/** The time of the first request of a dashboard; null if there is none. */
const firstCallQuery = (dashboardId: string) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'first-call'],
    queryFn: async ({ signal }) => {
      const interval = { start: undefined, end: new Date() };
      const [all] = await queryValues(dashboardId, ['first_call'], { interval }, signal);
      return all.values.first_call;
    },
    staleTime: FIRST_CALL_STALE_MS,
  });

/** Whether a dashboard has any request; undefined while that is not known. */
export function useHasRequests(dashboardId: string): boolean | undefined {
  const first = useQuery(firstCallQuery(dashboardId)).data;
  return first === undefined ? undefined : first !== null;
}

type Ranged = Pick<View, 'range' | 'zone'>;

/** Whether a range may begin years before the first request. */
const isLong = ({ range }: Ranged) => 'from' in range || range.preset === 'all';

/** Returns the part of an interval since the first request; all of it if it ends before that. */
function since(first: string | null | undefined, { start, end }: Interval): Interval {
  const begin = first ? new Date(first) : undefined;
  const isCut = start === undefined || (begin && start < begin && begin < end);
  return { start: isCut ? begin : start, end };
}

/** Resolves a range, which begins at the first request of the dashboard at the earliest. */
export async function resolveInterval(
  client: QueryClient,
  dashboardId: string,
  view: Ranged,
  now = new Date(),
): Promise<Interval> {
  const interval = resolveRange(view, now);
  return isLong(view) ? since(await client.query(firstCallQuery(dashboardId)), interval) : interval;
}

/** Returns the previous period; undefined for all time, and if there were no requests before. */
export async function resolvePrevious(
  client: QueryClient,
  dashboardId: string,
  view: Ranged,
  now: Date,
): Promise<Interval | undefined> {
  const earlier = previousPeriod(view, now);
  if (earlier === undefined || !isLong(view)) return earlier;
  const first = await client.query(firstCallQuery(dashboardId));
  return first === null || earlier.end <= new Date(first) ? undefined : earlier;
}

/** Resolves a range for a page; without a start until it is known. */
export function useInterval(dashboardId: string, view: Ranged, now: Date): Interval {
  const first = useQuery({ ...firstCallQuery(dashboardId), enabled: isLong(view) }).data;
  const interval = resolveRange(view, now);
  return isLong(view) ? since(first, interval) : interval;
}

const STALE_MS = 5 * 60_000;

export interface Version extends Pick<VersionInfo, 'name' | 'deploy' | 'verdict'> {
  /** The time of its first request. */
  since: Date;
}

/** The versions that visitors see, without deploys and verdicts. */
async function sharedVersions(dashboardId: string, signal: AbortSignal): Promise<Version[]> {
  const interval = { start: undefined, end: new Date() };
  const request = { interval, breakdown: ['version' as const] };
  const groups = await queryValues(dashboardId, ['first_call'], request, signal);
  return groups
    .map(({ key, values }) => ({
      ...{ name: key.version, deploy: null, verdict: null },
      since: new Date(values.first_call ?? 0),
    }))
    .sort((one, other) => one.since.getTime() - other.since.getTime());
}

/** All versions with requests, oldest first. */
export const versionsQuery = (dashboardId: string) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'versions'],
    queryFn: async ({ signal }): Promise<Version[]> => {
      if (sharedDashboard()) return sharedVersions(dashboardId, signal);
      const { versions } = await get<Versions>(
        dashboardPath(dashboardId, 'versions'),
        undefined,
        signal,
      );
      return versions.map(({ name, deploy, verdict, first_seen: first }) => ({
        ...{ name, deploy, verdict },
        since: new Date(first),
      }));
    },
    staleTime: STALE_MS,
    refetchInterval: STALE_MS,
  });

/**
 * Compares versions by their first request; a version that is not in the history yet is the newest.
 */
export function byAge(history: readonly Version[]): (one: string, other: string) => number {
  const places = new Map(history.map(({ name }, place) => [name, place]));
  const place = (name: string) => places.get(name) ?? history.length;
  return (one, other) => place(one) - place(other);
}

export const useVersions = (dashboardId: string, enabled = true) =>
  useQuery({ ...versionsQuery(dashboardId), enabled });

/**
 * The endpoints by all-time requests, most first.
 *
 * Colours follow this order and should not change while they are shown, so an endpoint keeps its
 * position while it is cached, and new endpoints are appended.
 */
export const endpointOrderQuery = (dashboardId: string) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'endpoint-order'],
    queryFn: async ({ client, queryKey, signal }): Promise<string[]> => {
      const groups = await queryValues(
        dashboardId,
        ['total_visits'],
        { interval: { start: undefined, end: new Date() }, breakdown: ['endpoint'] },
        signal,
      );
      const now = groups.map(({ key }) => key.endpoint);
      return [...new Set([...(client.getQueryData<string[]>(queryKey) ?? []), ...now])];
    },
    staleTime: STALE_MS,
    refetchInterval: STALE_MS,
    gcTime: Infinity,
  });

export const useEndpointOrder = (dashboardId: string) =>
  useQuery({
    ...endpointOrderQuery(dashboardId),
    enabled: sharedDashboard()?.fields.includes('endpoint') ?? true,
  });
