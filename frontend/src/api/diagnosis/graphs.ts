import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { dashboardPath, get } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import { suitableTimeslice, resolveRange, type View } from '@/api/statistics/view';
import type { GraphInfo, Graphs, GraphValues, TimeUnit } from '@/api/types';

/** The graphs that an app draws of its own values. */
export const useGraphs = (dashboardId: string) =>
  useQuery({
    queryKey: ['dashboards', dashboardId, 'graphs'],
    queryFn: ({ signal }) => get<Graphs>(dashboardPath(dashboardId, 'graphs'), undefined, signal),
    refetchInterval: REFRESH_MS,
  });

/** The values of a graph by time slice; null where there are none. */
export interface GraphSeries {
  slices: string[];
  timeslice: TimeUnit;
  zone: string;
  start: Date;
  end: Date;
  low: (number | null)[];
  mean: (number | null)[];
  high: (number | null)[];
}

/** The values of a graph in a view. */
export const useGraph = (
  dashboardId: string,
  { id, first }: GraphInfo,
  { range, zone }: Pick<View, 'range' | 'zone'>,
) =>
  useQuery({
    queryKey: ['dashboards', dashboardId, 'graphs', id, range, zone],
    queryFn: async ({ signal }): Promise<GraphSeries> => {
      const { start = new Date(first), end } = resolveRange({ range, zone }, new Date());
      const timeslice = suitableTimeslice({ start, end });
      const { slices } = await get<GraphValues>(
        dashboardPath(dashboardId, 'graphs', id),
        {
          ...{ timeslice, timezone: zone },
          start_date: start.toISOString(),
          end_date: end.toISOString(),
        },
        signal,
      );
      const found = slices ?? [];
      return {
        ...{ timeslice, zone, start, end },
        slices: found.map(({ slice }) => slice),
        low: found.map(({ smallest }) => smallest),
        mean: found.map(({ mean }) => mean),
        high: found.map(({ largest }) => largest),
      };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
