import { useTheme } from '@mui/material/styles';

import { useSeries, type SeriesValues, type TimeSeries } from '@/api/statistics/time-series';
import { LineChart } from '@/components/charts/line-chart';
import type { Series } from '@/components/charts/series';
import { Panel } from '@/components/panel';
import { resolutionNote } from '@/api/statistics/query';
import { peak, sliceRows, timeAxis, zoomTo } from '@/components/panels/time-axis';
import { useMarkers } from '@/components/panels/use-markers';
import { formatDuration } from '@/lib/format';
import { useView } from '@/hooks/use-view';
import type { View } from '@/api/statistics/view';

const PERCENTILES: readonly { statistic: keyof SeriesValues; name: string; dash: string }[] = [
  { statistic: 'ninety-ninth_percentile_execution_time', name: 'p99', dash: '2 3' },
  { statistic: 'ninetieth_percentile_execution_time', name: 'p90', dash: '6 3' },
  { statistic: 'median_execution_time', name: 'p50', dash: '' },
];

const valuesOf = ({ values }: TimeSeries) => PERCENTILES.map(({ statistic }) => values[statistic]);

const isEmpty = ({ values }: TimeSeries) =>
  values.median_execution_time.every((value) => value === null);

const summaryOf = (series: TimeSeries) =>
  PERCENTILES.map(
    ({ statistic, name }) =>
      `Highest ${name}: ${peak(series, series.values[statistic], formatDuration)}.`,
  ).join(' ');

const BEFORE = 'p50, previous period';

const tableOf = (series: TimeSeries) => ({
  columns: ['Time', ...PERCENTILES.map(({ name }) => name), ...(series.before ? [BEFORE] : [])],
  rows: sliceRows(
    series,
    [...valuesOf(series), ...(series.before ? [series.before.median_execution_time] : [])],
    formatDuration,
  ),
});

/** Median, 90th and 99th percentile of the execution time over time. */
export function ExecutionTimePanel({ dashboardId, view }: { dashboardId: string; view: View }) {
  const query = useSeries(dashboardId, view);
  const markers = useMarkers(dashboardId, view);
  const { zoom } = useView();
  const { scheme } = useTheme().palette;
  const seriesOf = ({ values, before }: TimeSeries): Series[] => {
    const now = PERCENTILES.map(({ statistic, name, dash }) => ({
      id: statistic,
      name,
      dash,
      color: scheme.accent,
      values: values[statistic],
    }));
    if (!before) return now;
    const earlier = before.median_execution_time;
    const color = scheme.textSoft;
    return [...now, { id: 'before', name: BEFORE, color, dash: '4 3', values: earlier }];
  };
  return (
    <Panel
      title="Execution time"
      query={query}
      isEmpty={isEmpty}
      minHeight={300}
      summary={summaryOf}
      note={({ resolution }) => resolutionNote(resolution)}
      table={tableOf}
    >
      {(series) => (
        <LineChart
          {...timeAxis(series)}
          series={seriesOf(series)}
          bands={[['median_execution_time', 'ninety-ninth_percentile_execution_time']]}
          yTitle="Time per request"
          canBeLog
          formatTick={formatDuration}
          format={formatDuration}
          markers={markers}
          onZoom={zoomTo(zoom, series)}
        />
      )}
    </Panel>
  );
}
