import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';

import { useChange } from '@/api/core/change';
import { get, post } from '@/api/core/client';
import type { AlertMessage, Alerts } from '@/api/types';

export const alertsKey = ['alerts'] as const;
const REFRESH_MS = 15_000;
const PAGE_SIZE = 50;
/** The maximum of the API. */
const MAX_ACTIVE = 1_000;

const activeAlertsQuery = () =>
  queryOptions({
    queryKey: [...alertsKey, 'active'],
    queryFn: async ({ signal }) => {
      const query = { state: 'active', limit: MAX_ACTIVE };
      return (await get<Alerts>('/alerts', query, signal)).alerts;
    },
    refetchInterval: REFRESH_MS,
  });

/** The alerts that have fired and last, the latest first. */
export const useActiveAlerts = () => useQuery(activeAlertsQuery());

/** The number of alerts that last; 0 while it is unknown. */
export const useAlertCount = (dashboardId?: string): number =>
  useQuery({
    ...activeAlertsQuery(),
    select: (alerts) =>
      alerts.filter(({ dashboard }) => dashboardId === undefined || dashboard?.id === dashboardId)
        .length,
  }).data ?? 0;

const historyQuery = () =>
  infiniteQueryOptions({
    queryKey: [...alertsKey, 'history'],
    queryFn: ({ pageParam, signal }) =>
      get<Alerts>('/alerts', { limit: PAGE_SIZE, marker: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_marker: next }) => next ?? undefined,
    select: ({ pages }) => pages.flatMap(({ alerts }) => alerts),
    refetchInterval: REFRESH_MS,
  });

/** All alerts, the latest first, page by page. */
export const useAlertHistory = () => useInfiniteQuery(historyQuery());

/** Records that the user takes care of an alert. */
export const useAcknowledge = (id: string) =>
  useChange(
    (acknowledgement: { comment: string }) =>
      post<AlertMessage>(`/alerts/${encodeURIComponent(id)}/acknowledge`, acknowledgement),
    alertsKey,
  );
