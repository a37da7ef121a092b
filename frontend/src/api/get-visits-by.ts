import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { resolveInterval } from '@/api/get-first-call';
import { seriesQuery, type TimeSeries } from '@/api/get-series';
import { getStatistics, type Dimension } from '@/api/get-statistic';
import { REFRESH_MS } from '@/api/refresh';
import { timesliceOf, type View } from '@/lib/view';

/** As many groups as have a colour of their own beside the rest. */
const GROUPS = 7;

export interface Group {
  /** Null for the visits of all other groups together. */
  name: string | null;
  /** One per slice. */
  visits: readonly number[];
}

export interface GroupedVisits {
  series: TimeSeries;
  /** Together they are all visits. */
  groups: readonly Group[];
}

type Answer = Record<string, Record<string, number>>;

const sum = (values: readonly number[]) => values.reduce((before, value) => before + value, 0);

/** Status classes have an order of their own; of all others those with most visits come first. */
const orderOf = (dimension: Dimension) => (one: Group, other: Group) =>
  dimension === 'status_class'
    ? (one.name ?? '').localeCompare(other.name ?? '')
    : sum(other.visits) - sum(one.visits);

function withRest(series: TimeSeries, answer: Answer, dimension: Dimension): GroupedVisits {
  const groups: Group[] = Object.entries(answer)
    .map(([name, visits]) => ({
      name,
      visits: series.slices.map((slice) => visits[slice] ?? 0),
    }))
    .sort(orderOf(dimension));
  const rest = series.values.total_visits.map((total, at) =>
    groups.reduce((left, { visits }) => left - (visits[at] ?? 0), total ?? 0),
  );
  if (rest.some((left) => left > 0)) groups.push({ name: null, visits: rest });
  return { series, groups };
}

/** The visits over time of the groups with most visits, and of the rest. */
export const visitsByQuery = (dashboardId: string, dimension: Dimension, view: View) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'visits-by', dimension, view],
    queryFn: async ({ client, signal }): Promise<GroupedVisits> => {
      const interval = await resolveInterval(client, dashboardId, view.range);
      const timeslice = timesliceOf(view, interval);
      const request = { interval, filters: view.filters, timeslice };
      const [series, answer] = await Promise.all([
        client.query(seriesQuery(dashboardId, view)),
        getStatistics<Answer>(
          dashboardId,
          ['total_visits'],
          { ...request, breakdown: [dimension], top: GROUPS },
          signal,
        ),
      ]);
      return withRest(series, answer, dimension);
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useVisitsBy = (dashboardId: string, dimension: Dimension, view: View) =>
  useQuery(visitsByQuery(dashboardId, dimension, view));
