import { useTheme } from '@mui/material/styles';

import { useSeries, type TimeSeries } from '@/api/statistics/time-series';
import { BarChart } from '@/components/charts/bar-chart';
import { mix } from '@/theme/colors';
import { Panel } from '@/components/panel';
import { resolutionNote } from '@/api/statistics/query';
import { peak, sliceRows, timeAxis, zoomTo } from '@/components/panels/time-axis';
import { useMarkers } from '@/components/panels/use-markers';
import { useView } from '@/hooks/use-view';
import { formatCompact, formatNumber } from '@/lib/format';
import type { View } from '@/api/statistics/view';

const isEmpty = ({ values }: TimeSeries) => !values.unique_visitors.some((value) => value);

const summaryOf = (series: TimeSeries) =>
  `Most unique visitors: ${peak(series, series.values.unique_visitors, formatNumber)}.`;

const BEFORE = 'Previous period';

const tableOf = (series: TimeSeries) => ({
  columns: ['Time', 'Unique visitors', ...(series.before ? [BEFORE] : [])],
  rows: sliceRows(
    series,
    [series.values.unique_visitors, ...(series.before ? [series.before.unique_visitors] : [])],
    formatNumber,
  ),
});

/** Unique visitors (distinct IP addresses) over time. */
export function VisitorsPanel({ dashboardId, view }: { dashboardId: string; view: View }) {
  const query = useSeries(dashboardId, view);
  const markers = useMarkers(dashboardId, view);
  const { zoom } = useView();
  const { scheme } = useTheme().palette;
  return (
    <Panel
      title="Unique visitors"
      query={query}
      isEmpty={isEmpty}
      minHeight={300}
      summary={summaryOf}
      note={({ resolution }) => resolutionNote(resolution)}
      table={tableOf}
    >
      {(series) => (
        <BarChart
          {...timeAxis(series)}
          series={[
            {
              id: 'now',
              name: 'Unique visitors',
              color: mix(scheme.accent, scheme.surface, 0.2),
              values: series.values.unique_visitors,
            },
          ]}
          before={
            series.before && {
              id: 'before',
              name: BEFORE,
              color: scheme.text,
              dash: '4 3',
              values: series.before.unique_visitors,
            }
          }
          yTitle={`Distinct IP addresses per ${series.timeslice}`}
          formatTick={formatCompact}
          format={formatNumber}
          markers={markers}
          onZoom={zoomTo(zoom, series)}
        />
      )}
    </Panel>
  );
}
