import { useEffect } from 'react';

import {
  infiniteQueryOptions,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';

import { get, getPage, type QueryParams } from '@/api/core/client';
import type { EventInfo } from '@/api/types';
import { ROOT } from '@/lib/root';

const eventsKey = ['events'] as const;
const PAGE_SIZE = 50;
/** The event stream needs a moment until it has new events; this is for browsers without it. */
const REFRESH_MS = 60_000;

export interface EventFilter {
  dashboardId?: string;
  type?: string;
  /** Only events that have this trait. */
  trait?: string;
}

const paramsOf = ({ dashboardId, type, trait }: EventFilter): QueryParams => ({
  sort: 'generated:desc',
  limit: PAGE_SIZE,
  dashboard_id: dashboardId,
  event_type: type,
  ...(trait && { 'q.field': trait, 'q.op': 'exists' }),
});

const eventsQuery = (filter: EventFilter) =>
  infiniteQueryOptions({
    queryKey: [...eventsKey, 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      getPage<EventInfo>('/events', { ...paramsOf(filter), cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ data }) => data),
    refetchInterval: REFRESH_MS,
  });

/** The events that match a filter, newest first, page by page. */
export const useEvents = (filter: EventFilter) => useInfiniteQuery(eventsQuery(filter));

/** The types of the events that the user may see. */
export const useEventTypes = (dashboardId?: string) =>
  useQuery({
    queryKey: [...eventsKey, 'types', dashboardId],
    queryFn: ({ signal }) => get<string[]>('/event_types', { dashboard_id: dashboardId }, signal),
  });

/** Loads events again as soon as there are new ones, while the page is visible. */
export function useLiveEvents() {
  const queryClient = useQueryClient();
  useEffect(() => {
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
  }, [queryClient]);
}
