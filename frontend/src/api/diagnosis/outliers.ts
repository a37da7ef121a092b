import {
  infiniteQueryOptions,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';

import { dashboardPath, get } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import { resolveRange, type View } from '@/api/statistics/view';
import type { OutlierDetails, OutlierOrder, Outliers } from '@/api/types';

/** The slow requests of a view, page by page. */
const outliersQuery = (
  dashboardId: string,
  { range, zone, filters: { endpoint, version } }: View,
  sort: OutlierOrder,
) =>
  infiniteQueryOptions({
    queryKey: ['dashboards', dashboardId, 'outliers', range, zone, endpoint, version, sort],
    queryFn: ({ pageParam, signal }) => {
      const { start, end } = resolveRange({ range, zone }, new Date());
      return get<Outliers>(
        dashboardPath(dashboardId, 'outliers'),
        {
          ...{ endpoint, version, sort, marker: pageParam },
          start_date: start?.toISOString(),
          // What has just happened is in a range that ends now.
          end_date: end.getTime() < Date.now() - 1_000 ? end.toISOString() : undefined,
        },
        signal,
      );
    },
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ next_marker: next }) => next ?? undefined,
    select: ({ pages }) => ({
      available: pages[0]?.available ?? false,
      hint: pages[0]?.hint ?? null,
      total: pages[0]?.total ?? 0,
      recorded: pages[0]?.recorded ?? 0,
      outliers: pages.flatMap(({ outliers }) => outliers),
    }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useOutliers = (...args: Parameters<typeof outliersQuery>) =>
  useInfiniteQuery(outliersQuery(...args));

/** A slow request with what is known about it. */
export const useOutlier = (dashboardId: string, id: number) =>
  useQuery({
    queryKey: ['dashboards', dashboardId, 'outliers', id],
    queryFn: ({ signal }) =>
      get<OutlierDetails>(dashboardPath(dashboardId, 'outliers', String(id)), undefined, signal),
    staleTime: Infinity,
  });
