import { useEffect } from 'react';

import {
  infiniteQueryOptions,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';

import { get, getPage, type QueryParams } from '@/api/core/client';
import type { EventInfo, TraitInfo, TraitType } from '@/api/types';
import { MARKED_TYPES } from '@/lib/event-markers';
import { ROOT } from '@/lib/root';

const eventsKey = ['events'] as const;
const PAGE_SIZE = 50;
/** The event stream needs a moment until it has new events; this is for browsers without it. */
const REFRESH_MS = 60_000;

/** A condition on a trait of events, in the words of the API. */
export interface Condition {
  field: string;
  op: string;
  type: string;
  value: string;
}

export interface EventFilter {
  dashboardId?: string;
  type?: string;
  /** All of them apply. */
  conditions?: readonly Condition[];
  /** Only events up to this time. */
  until?: string;
}

const paramsOf = ({ dashboardId, type, conditions = [], until }: EventFilter): QueryParams => ({
  sort: 'generated:desc',
  limit: PAGE_SIZE,
  dashboard_id: dashboardId,
  event_type: type,
  end_timestamp: until,
  q: conditions.length > 0 ? JSON.stringify(conditions) : undefined,
});

const eventsQuery = (filter: EventFilter) =>
  infiniteQueryOptions({
    queryKey: [...eventsKey, 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      getPage<EventInfo>('/events', { ...paramsOf(filter), cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ data }) => data),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

/** The events that match a filter, newest first, page by page. */
export const useEvents = (filter: EventFilter) => useInfiniteQuery(eventsQuery(filter));

/** The maximum number of marked events: the latest ones. */
const MAX_MARKED = 500;

/**
 * The events that charts mark, up to a time.
 *
 * Without a start: what began before the range of a chart may go on in it.
 */
export const useMarkedEvents = (dashboardId: string, until: string | undefined, isOn: boolean) =>
  useQuery({
    queryKey: [...eventsKey, 'marked', dashboardId, until],
    queryFn: ({ signal }) => {
      const types = { field: 'event_type', op: 'in', value: Object.keys(MARKED_TYPES) };
      return get<EventInfo[]>(
        '/events',
        {
          dashboard_id: dashboardId,
          q: JSON.stringify([types]),
          end_timestamp: until,
          sort: 'generated:desc',
          limit: MAX_MARKED,
        },
        signal,
      );
    },
    enabled: isOn,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

/** The types of the events that the user may see. */
export const useEventTypes = (dashboardId?: string) =>
  useQuery({
    queryKey: [...eventsKey, 'types', dashboardId],
    queryFn: ({ signal }) => get<string[]>('/event_types', { dashboard_id: dashboardId }, signal),
  });

const typePath = (type: string, ...rest: string[]) =>
  ['/event_types', ...[type, 'traits', ...rest].map(encodeURIComponent)].join('/');

/** The names and types of the traits of a type of events. */
export const useTraits = (type: string | undefined, dashboardId?: string) =>
  useQuery({
    queryKey: [...eventsKey, 'traits', type, dashboardId],
    queryFn: ({ signal }) =>
      get<TraitType[]>(typePath(type ?? ''), { dashboard_id: dashboardId }, signal),
    enabled: type !== undefined,
  });

/** The values that a trait has in events of a type. */
export const useTraitValues = (
  type: string | undefined,
  trait: string | undefined,
  { dashboardId }: EventFilter,
) =>
  useQuery({
    queryKey: [...eventsKey, 'traits', type, dashboardId, trait],
    queryFn: ({ signal }) =>
      get<TraitInfo[]>(typePath(type ?? '', trait ?? ''), { dashboard_id: dashboardId }, signal),
    enabled: type !== undefined && trait !== undefined,
  });

/** Loads events again as soon as there are new ones, while the page is visible. */
export function useLiveEvents(isOn = true) {
  const queryClient = useQueryClient();
  useEffect(() => {
    if (!isOn) return;
    let source: EventSource | undefined;
    const connect = () => {
      source?.close();
      source = undefined;
      if (document.hidden || !('EventSource' in window)) return;
      source = new EventSource(`${ROOT}api/events/stream`);
      source.addEventListener('message', ({ data }) => {
        if (data !== 'null') void queryClient.invalidateQueries({ queryKey: eventsKey });
      });
    };
    connect();
    document.addEventListener('visibilitychange', connect);
    return () => {
      document.removeEventListener('visibilitychange', connect);
      source?.close();
    };
  }, [queryClient, isOn]);
}
