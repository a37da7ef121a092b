import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { dashboardPath, get } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import { intervalParams } from '@/api/statistics/query';
import type { Histogram } from '@/api/types';
import { resolveRange, type View } from '@/api/statistics/view';

const BINS = 40;

/** A histogram of execution times with logarithmic bins. */
export const histogramQuery = (dashboardId: string, { range, zone, filters }: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'histogram', range, zone, filters],
    queryFn: ({ signal }) => {
      const interval = resolveRange({ range, zone }, new Date());
      const params = { ...intervalParams(interval), ...filters, bins: BINS };
      return get<Histogram>(dashboardPath(dashboardId, 'execution_time_histogram'), params, signal);
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useHistogram = (dashboardId: string, view: View) =>
  useQuery(histogramQuery(dashboardId, view));
