import { queryOptions, useQuery, type QueryClient } from '@tanstack/react-query';

import { queryValues } from '@/api/statistics/query';
import { resolveRange, type Interval, type View } from '@/api/statistics/view';

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

/** Resolves a range; without a start, it begins at the first request of the dashboard. */
export async function resolveInterval(
  client: QueryClient,
  dashboardId: string,
  view: Ranged,
  now = new Date(),
): Promise<Interval> {
  const interval = resolveRange(view, now);
  if (interval.start !== undefined) return interval;
  const first = await client.query(firstCallQuery(dashboardId));
  return { ...interval, start: first === null ? undefined : new Date(first) };
}

/** Resolves a range for a page; without a start until it is known. */
export function useInterval(dashboardId: string, view: Ranged, now: Date): Interval {
  const interval = resolveRange(view, now);
  const isOpen = interval.start === undefined;
  const first = useQuery({ ...firstCallQuery(dashboardId), enabled: isOpen }).data;
  return isOpen && first ? { ...interval, start: new Date(first) } : interval;
}

const STALE_MS = 5 * 60_000;

export interface Version {
  name: string;
  /** The time of its first request. */
  since: Date;
}

/** All versions with requests, oldest first. */
export const versionsQuery = (dashboardId: string) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'versions'],
    queryFn: async ({ signal }): Promise<Version[]> => {
      const groups = await queryValues(
        dashboardId,
        ['first_call'],
        { interval: { start: undefined, end: new Date() }, breakdown: ['version'] },
        signal,
      );
      return groups
        .flatMap(({ key: { version: name }, values: { first_call: first } }) =>
          first === null ? [] : [{ name, since: new Date(first) }],
        )
        .sort((one, other) => one.since.getTime() - other.since.getTime());
    },
    staleTime: STALE_MS,
  });

/**
 * Compares versions by their first request; a version that is not in the history yet is the newest.
 */
export function byAge(history: readonly Version[]): (one: string, other: string) => number {
  const places = new Map(history.map(({ name }, place) => [name, place]));
  const place = (name: string) => places.get(name) ?? history.length;
  return (one, other) => place(one) - place(other);
}

export const useVersions = (dashboardId: string) => useQuery(versionsQuery(dashboardId));

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

export const useEndpointOrder = (dashboardId: string) => useQuery(endpointOrderQuery(dashboardId));
