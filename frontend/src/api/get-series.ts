import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { resolveInterval } from '@/api/get-first-call';
import { getStatistics } from '@/api/get-statistic';
import { REFRESH_MS } from '@/api/refresh';
import { periodBefore, timesliceOf, type Interval, type Timeslice, type View } from '@/lib/view';

const STATISTICS = [
  'total_visits',
  'unique_visitors',
  'median_execution_time',
  'ninetieth_percentile_execution_time',
  'ninety-ninth_percentile_execution_time',
] as const;

type SeriesStatistic = (typeof STATISTICS)[number];
type Answer = Record<SeriesStatistic, Record<string, number | null>>;

/** For each statistic one value per slice; counts are 0 and times null without calls. */
export type SeriesValues = Readonly<Record<SeriesStatistic, readonly (number | null)[]>>;

export interface TimeSeries {
  timeslice: Timeslice;
  /** The labels of the slices, in order of time. */
  slices: readonly string[];
  /** Where the last slice ends, or was cut off. */
  end: Date;
  values: SeriesValues;
  /** The period before, slice by slice; only if the view compares. */
  before: SeriesValues | undefined;
}

/** The values of the first so many slices: the period before may have one more. */
function valuesOf(answer: Answer, count: number): SeriesValues {
  const values = (statistic: SeriesStatistic) => Object.values(answer[statistic]).slice(0, count);
  return {
    total_visits: values('total_visits'),
    unique_visitors: values('unique_visitors'),
    median_execution_time: values('median_execution_time'),
    ninetieth_percentile_execution_time: values('ninetieth_percentile_execution_time'),
    'ninety-ninth_percentile_execution_time': values('ninety-ninth_percentile_execution_time'),
  };
}

/** Everything that goes over time on a page, in one request (two to compare). */
export const seriesQuery = (dashboardId: string, view: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'series', view],
    queryFn: async ({ client, signal }): Promise<TimeSeries> => {
      const { range, filters, compare } = view;
      const interval = await resolveInterval(client, dashboardId, range);
      const timeslice = timesliceOf(view, interval);
      const ask = (asked: Interval) =>
        getStatistics<Answer>(
          dashboardId,
          STATISTICS,
          { interval: asked, filters, timeslice },
          signal,
        );
      const earlier = compare ? periodBefore(range, interval.end) : undefined;
      const [now, before] = await Promise.all([ask(interval), earlier && ask(earlier)]);
      const slices = Object.keys(now.total_visits);
      return {
        timeslice,
        slices,
        end: interval.end,
        values: valuesOf(now, slices.length),
        before: before && valuesOf(before, slices.length),
      };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useSeries = (dashboardId: string, view: View) =>
  useQuery(seriesQuery(dashboardId, view));
