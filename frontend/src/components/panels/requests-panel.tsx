import { useTheme } from '@mui/material/styles';

import { sharedDashboard } from '@/api/core/link';
import { useVisitsBy, type Group, type GroupedVisits } from '@/api/statistics/time-series';
import { BarChart } from '@/components/charts/bar-chart';
import { restColor, statusColors } from '@/theme/colors';
import type { Series } from '@/components/charts/series';
import { Panel } from '@/components/panel';
import { resolutionNote } from '@/api/statistics/query';
import { peak, sliceRows, timeAxis, zoomTo } from '@/components/panels/time-axis';
import { useMarkers } from '@/components/panels/use-markers';
import { Segments } from '@/components/segments';
import { useEndpointColor } from '@/hooks/use-endpoint-color';
import { useUrlText } from '@/hooks/use-url-text';
import { countRequests, formatCompact, formatNumber } from '@/lib/format';
import { useView } from '@/hooks/use-view';
import type { View } from '@/api/statistics/view';

const BEFORE = 'Previous period';

type Grouping = 'endpoint' | 'status_class';

const GROUPINGS: readonly { value: Grouping; name: string }[] = [
  { value: 'endpoint', name: 'Endpoint' },
  { value: 'status_class', name: 'Status' },
];

/** Returns the colour of each group, which is the same on every page. */
function useGroupColor(dashboardId: string, grouping: Grouping) {
  const { scheme } = useTheme().palette;
  const endpointColor = useEndpointColor(dashboardId);
  if (grouping === 'endpoint') return endpointColor;
  return (name: string): string => statusColors(scheme)[name] ?? restColor(scheme);
}

const nameOf = ({ name }: Group) => name ?? 'All others';

const tableOf = ({ series, groups }: GroupedVisits) => ({
  columns: ['Time', 'Requests', ...(series.before ? [BEFORE] : []), ...groups.map(nameOf)],
  rows: sliceRows(
    series,
    [
      series.values.total_visits,
      ...(series.before ? [series.before.total_visits] : []),
      ...groups.map(({ visits }) => visits),
    ],
    formatNumber,
  ),
});

function summaryOf({ series, groups }: GroupedVisits): string {
  const { total_visits: visits } = series.values;
  const sum = visits.reduce((before, value) => before + value, 0);
  const names = groups.map(nameOf).join(', ');
  return `${countRequests(sum)}; peak: ${peak(series, visits, formatNumber)}. By size: ${names}.`;
}

/** Requests over time, stacked by endpoint or status class. */
export function RequestsPanel({ dashboardId, view }: { dashboardId: string; view: View }) {
  const groupings = GROUPINGS.filter(
    ({ value }) =>
      (value !== 'endpoint' || view.filters.endpoint === undefined) &&
      (sharedDashboard()?.fields.includes(value) ?? true),
  );
  const [chosen, choose] = useUrlText('visits_by', 'endpoint');
  const grouping =
    groupings.find(({ value }) => value === chosen)?.value ?? groupings[0]?.value ?? 'status_class';
  const query = useVisitsBy(dashboardId, grouping, view);
  const markers = useMarkers(dashboardId, view);
  const { zoom, filter } = useView();
  const colorOf = useGroupColor(dashboardId, grouping);
  const { scheme } = useTheme().palette;
  const seriesOf = ({ groups }: GroupedVisits): Series[] =>
    groups.map(({ name, visits }) => ({
      id: name ?? '',
      name: name ?? 'All others',
      color: name === null ? restColor(scheme) : colorOf(name),
      values: visits,
    }));
  const beforeOf = ({ series: { before } }: GroupedVisits): Series | undefined =>
    before && {
      id: 'before',
      name: BEFORE,
      color: scheme.text,
      dash: '4 3',
      values: before.total_visits,
    };
  return (
    <Panel
      title="Requests"
      actions={
        groupings.length > 1 && (
          <Segments label="Requests by" value={grouping} options={groupings} onChange={choose} />
        )
      }
      query={query}
      isEmpty={({ groups }) => groups.length === 0}
      minHeight={300}
      summary={summaryOf}
      note={({ series }) => resolutionNote(series.resolution)}
      table={tableOf}
    >
      {(data) => (
        <BarChart
          {...timeAxis(data.series)}
          series={seriesOf(data)}
          before={beforeOf(data)}
          yTitle={`Requests per ${data.series.timeslice}`}
          formatTick={formatCompact}
          format={formatNumber}
          markers={markers}
          onZoom={zoomTo(zoom, data.series)}
          onPick={(id) => id !== '' && filter(grouping, id)}
        />
      )}
    </Panel>
  );
}
