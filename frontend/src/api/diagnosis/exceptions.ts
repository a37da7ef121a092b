import {
  infiniteQueryOptions,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';

import { useChange } from '@/api/core/change';
import { dashboardPath, get, post } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import { rangeParams, resolveRange, type View } from '@/api/statistics/view';
import type {
  ExceptionGroupDetails,
  ExceptionGroupMessage,
  ExceptionGroups,
  ExceptionOrder,
  ExceptionState,
  IgnoreException,
  ResolveException,
  TimeUnit,
} from '@/api/types';

const exceptionsKey = (dashboardId: string | undefined) =>
  ['dashboards', dashboardId ?? 'all', 'exceptions'] as const;

export interface ExceptionSearch {
  /** Undefined for all dashboards. */
  dashboardId: string | undefined;
  range: View['range'];
  zone: string;
  state?: ExceptionState;
  endpoint?: string;
  version?: string;
  text?: string;
  sort: ExceptionOrder;
  /** The number of groups of a page. */
  limit?: number;
}

const exceptionsQuery = ({ dashboardId, range, zone, ...search }: ExceptionSearch) =>
  infiniteQueryOptions({
    queryKey: [...exceptionsKey(dashboardId), 'list', range, zone, search],
    queryFn: ({ pageParam, signal }) =>
      get<ExceptionGroups>(
        dashboardId === undefined ? '/exceptions' : dashboardPath(dashboardId, 'exceptions'),
        {
          ...search,
          text: search.text === '' ? undefined : search.text,
          ...rangeParams({ range, zone }, new Date()),
          marker: pageParam,
        },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_marker: next }) => next ?? undefined,
    select: ({ pages }) => ({
      available: pages[0]?.available ?? false,
      hint: pages[0]?.hint ?? null,
      total: pages[0]?.total ?? 0,
      ungrouped: pages[0]?.ungrouped ?? 0,
      groups: pages.flatMap(({ groups }) => groups),
    }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

/** The groups of exceptions that match a search, page by page. */
export const useExceptions = (search: ExceptionSearch) => useInfiniteQuery(exceptionsQuery(search));

/** The number of exceptions of a group by time slice. */
export interface ExceptionSeries {
  slices: string[];
  counts: number[];
  timeslice: TimeUnit;
  zone: string;
  start: Date | undefined;
  end: Date;
}

/** A group of exceptions, counted over a range. */
export const useException = (
  dashboardId: string,
  groupId: string,
  { range, zone }: Pick<View, 'range' | 'zone'>,
) =>
  useQuery({
    queryKey: [...exceptionsKey(dashboardId), 'group', groupId, range, zone],
    queryFn: async ({ signal }) => {
      const now = new Date();
      const { group, series, samples } = await get<ExceptionGroupDetails>(
        dashboardPath(dashboardId, 'exceptions', groupId),
        rangeParams({ range, zone }, now),
        signal,
      );
      const slices = Object.keys(series);
      const over: ExceptionSeries = {
        ...resolveRange({ range, zone }, now),
        slices,
        counts: Object.values(series),
        timeslice: slices[0]?.includes('T') ? 'hour' : 'day',
        zone,
      };
      return { group, series: over, samples };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

/** What someone decides about a group of exceptions. */
export type Decision =
  | { action: 'resolve'; body: ResolveException }
  | { action: 'ignore'; body: IgnoreException }
  | { action: 'reopen'; body: Record<string, never> };

/** Records what someone decides about a group of exceptions. */
export const useDecide = (dashboardId: string, groupId: string) =>
  useChange(
    ({ action, body }: Decision) =>
      post<ExceptionGroupMessage>(dashboardPath(dashboardId, 'exceptions', groupId, action), body),
    exceptionsKey(dashboardId),
    exceptionsKey(undefined),
    ['events'],
  );
