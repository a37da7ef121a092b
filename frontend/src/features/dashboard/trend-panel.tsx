import Button from '@mui/material/Button';
import { useTheme } from '@mui/material/styles';

import { shownName } from '@/api/statistics/names';
import { resolutionNote } from '@/api/statistics/query';
import { longSlice } from '@/api/statistics/slices';
import { useTrend, type ShownTrend } from '@/api/statistics/trends';
import type { View } from '@/api/statistics/view';
import type { GroupValues, StatisticName, TrendBy, TrendLimit } from '@/api/types';
import { LineChart } from '@/components/charts/line-chart';
import type { Series } from '@/components/charts/series';
import { figure } from '@/components/data-table';
import { Panel } from '@/components/panel';
import { timeAxis, zoomTo } from '@/components/panels/time-axis';
import { useMarkers } from '@/components/panels/use-markers';
import { useView } from '@/hooks/use-view';
import { formatDuration, formatNumber } from '@/lib/format';

export const TREND_STATISTICS = [
  { statistic: 'average_execution_time', name: 'Average' },
  { statistic: 'standard_deviation_execution_time', name: 'Standard deviation' },
  { statistic: 'ninety-fifth_percentile_execution_time', name: 'p95' },
  { statistic: 'slowest_measured_execution_time', name: 'Maximum' },
] as const satisfies readonly { statistic: StatisticName; name: string }[];

export type TrendStatistic = (typeof TREND_STATISTICS)[number]['statistic'];

const nameOf = (statistic: TrendStatistic) =>
  TREND_STATISTICS.find((one) => one.statistic === statistic)?.name ?? statistic;

const titleOf = (endpoint: string | null) =>
  endpoint === null ? 'All requests' : shownName('endpoint', endpoint);

const valuesOf = (values: GroupValues, statistic: TrendStatistic) => values[statistic] ?? [];

/** A bound that a rule sets: its name, and a value by day or version. */
interface Bound {
  id: string;
  name: string;
  severity: TrendLimit['severity'];
  kind: 'low' | 'high';
  values: readonly (number | null)[];
}

/** Returns the bounds of the rules about a statistic. */
const boundsOf = ({ trend }: ShownTrend, statistic: TrendStatistic): Bound[] =>
  trend.limits
    .filter((limit) => limit.statistic === statistic)
    .flatMap(({ rule, severity, low, high }, at) => {
      const bound = (kind: Bound['kind'], values: readonly (number | null)[] | null): Bound[] =>
        values
          ? [
              {
                id: `${kind} ${at}`,
                name: `${rule} (${kind === 'low' ? 'at least' : 'at most'})`,
                severity,
                kind,
                values,
              },
            ]
          : [];
      return [...bound('low', low), ...bound('high', high)];
    });

const isBeyond = (value: number | null, { kind, values }: Bound, at: number) => {
  const limit = values[at] ?? null;
  return value !== null && limit !== null && (kind === 'low' ? value < limit : value > limit);
};

/** Returns in how many days or versions a value is beyond a bound. */
const countBeyond = (values: readonly (number | null)[], bounds: readonly Bound[]) =>
  values.filter((value, at) => bounds.some((bound) => isBeyond(value, bound, at))).length;

const labelOf = (label: string, { by, zone }: ShownTrend) =>
  by === 'day' ? longSlice(label, 'day', zone) : shownName('version', label);

function subtitleOf(shown: ShownTrend, statistic: TrendStatistic): string | undefined {
  const bounds = boundsOf(shown, statistic);
  if (bounds.length === 0) return undefined;
  const count = countBeyond(valuesOf(shown.trend.values, statistic), bounds);
  const unit =
    shown.by === 'day' ? (count === 1 ? 'day' : 'days') : count === 1 ? 'version' : 'versions';
  return count === 0
    ? 'Within what the rules allow'
    : `Beyond what a rule allows: ${count} ${unit}`;
}

const tableOf = (shown: ShownTrend, statistic: TrendStatistic) => {
  const bounds = boundsOf(shown, statistic);
  const { values } = shown.trend;
  return {
    columns: [
      shown.by === 'day' ? 'Day' : 'Version',
      'Requests',
      ...TREND_STATISTICS.map(({ name }) => name),
      ...bounds.map(({ name }) => name),
    ],
    rows: shown.labels.map((label, at) => [
      labelOf(label, shown),
      figure(values.total_visits?.[at], formatNumber),
      ...TREND_STATISTICS.map((one) => figure(valuesOf(values, one.statistic)[at], formatDuration)),
      ...bounds.map((bound) => figure(bound.values[at], formatDuration)),
    ]),
  };
};

function summaryOf(shown: ShownTrend, statistic: TrendStatistic): string {
  const known = valuesOf(shown.trend.values, statistic).filter((value) => value !== null);
  const range = `${formatDuration(Math.min(...known))} to ${formatDuration(Math.max(...known))}`;
  return [`${nameOf(statistic)}: ${range}`, subtitleOf(shown, statistic)]
    .filter(Boolean)
    .join('. ');
}

const ESTIMATED =
  'Standard deviations are estimates: an earlier version of PyDash stored less about requests whose' +
  ' details were deleted since.';

const noteOf = ({ estimates, resolution }: ShownTrend, statistic: TrendStatistic) =>
  [estimates.includes(statistic) && ESTIMATED, resolutionNote(resolution ?? undefined)]
    .filter(Boolean)
    .join(' ');

const daysOf = ({ labels, zone, start, end }: ShownTrend) => ({
  slices: labels,
  timeslice: 'day' as const,
  zone,
  start,
  end,
});

const versionsOf = ({ labels }: ShownTrend) =>
  labels.map((label) => {
    const name = shownName('version', label);
    return { tick: name, title: name };
  });

interface TrendPanelProps {
  dashboardId: string;
  by: TrendBy;
  view: View;
  /** Null for all requests. */
  endpoint: string | null;
  statistic: TrendStatistic;
  /** What tells it from the other panels. */
  titled: 'endpoint' | 'statistic';
}

/** A statistic of the requests to an endpoint by day or version, with the bounds of the rules. */
export function TrendPanel({
  dashboardId,
  by,
  view,
  endpoint,
  statistic,
  titled,
}: TrendPanelProps) {
  const query = useTrend(endpoint, dashboardId, by, view);
  const markers = useMarkers(dashboardId, view);
  const { filter, zoom } = useView();
  const { scheme } = useTheme().palette;
  const colors = { critical: scheme.bad, warning: scheme.warning, info: scheme.textSoft };
  const title = titled === 'endpoint' ? titleOf(endpoint) : nameOf(statistic);
  const seriesOf = (shown: ShownTrend): Series[] => [
    {
      id: statistic,
      name: nameOf(statistic),
      color: scheme.accent,
      values: valuesOf(shown.trend.values, statistic),
    },
    ...boundsOf(shown, statistic).map(({ severity, ...bound }) => ({
      ...bound,
      color: colors[severity],
      dash: '6 3',
    })),
  ];
  const bandsOf = (shown: ShownTrend) => {
    const ids = boundsOf(shown, statistic).map(({ id }) => id);
    return ids.flatMap((id, at) =>
      id.startsWith('low') && ids[at + 1]?.startsWith('high')
        ? [[id, ids[at + 1] ?? ''] as const]
        : [],
    );
  };
  const axisOf = (shown: ShownTrend) =>
    by === 'day' ? timeAxis(daysOf(shown)) : { xTitle: 'Version', categories: versionsOf(shown) };
  return (
    <Panel
      title={title}
      subtitle={query.data && subtitleOf(query.data, statistic)}
      actions={
        titled === 'endpoint' &&
        endpoint !== null && (
          <Button
            variant="outlined"
            aria-label={`All statistics: ${title}`}
            onClick={() => filter('endpoint', endpoint)}
          >
            All statistics
          </Button>
        )
      }
      query={query}
      isEmpty={({ trend }) => !trend.values.total_visits?.some(Boolean)}
      minHeight={300}
      summary={(shown) => summaryOf(shown, statistic)}
      note={(shown) => noteOf(shown, statistic)}
      table={(shown) => tableOf(shown, statistic)}
    >
      {(shown) => (
        <LineChart
          {...axisOf(shown)}
          series={seriesOf(shown)}
          bands={bandsOf(shown)}
          yTitle={`${nameOf(statistic)} per ${by}`}
          canBeLog
          formatTick={formatDuration}
          format={formatDuration}
          markers={markers}
          onZoom={by === 'day' ? zoomTo(zoom, daysOf(shown)) : undefined}
        />
      )}
    </Panel>
  );
}
