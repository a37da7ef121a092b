import Box from '@mui/material/Box';
import { useTheme } from '@mui/material/styles';
import Typography from '@mui/material/Typography';
import { useParams } from 'react-router';

import { FULL_RANGE, useTimeSlices } from '@/api/dashboards/time-slices';
import {
  COMPARED,
  useComparedHistogram,
  useComparison,
  type Compared,
} from '@/api/statistics/compare';
import type { TimeSlice } from '@/api/types';
import { BoxPlots, type BoxRow } from '@/components/charts/box-plots';
import { DataTable, figure } from '@/components/data-table';
import { FilterBar } from '@/components/filter-bar';
import { PanelGrid } from '@/components/panel-grid';
import { Panel } from '@/components/panel';
import { Notice } from '@/components/notice';
import { HistogramPanel } from '@/components/panels/histogram-panel';
import { QueryBoundary } from '@/components/query-boundary';
import { Select } from '@/components/select';
import { TimeSlicesSection } from '@/features/dashboard/time-slices-section';
import { sliceContent, sliceName } from '@/features/dashboard/slice-name';
import { useUrlText } from '@/hooks/use-url-text';
import { useZone } from '@/hooks/use-zone';
import {
  formatChange,
  formatDuration,
  formatFinePercent,
  formatNumber,
  MISSING,
} from '@/lib/format';

type Figure = (typeof COMPARED)[number];

const LABELS: Readonly<Record<Figure, string>> = {
  total_visits: 'Requests',
  unique_visitors: 'Unique visitors',
  error_rate: 'Error rate (5xx)',
  average_execution_time: 'Average',
  standard_deviation_execution_time: 'Standard deviation',
  fastest_measured_execution_time: 'Fastest',
  fastest_quartile_execution_time: 'First quartile',
  median_execution_time: 'Median (p50)',
  slowest_quartile_execution_time: 'Third quartile',
  ninetieth_percentile_execution_time: 'p90',
  'ninety-fifth_percentile_execution_time': 'p95',
  'ninety-ninth_percentile_execution_time': 'p99',
  slowest_measured_execution_time: 'Slowest',
};

const formatOf = (figure: Figure): ((value: number | null) => string) => {
  if (figure === 'error_rate') return formatFinePercent;
  return figure === 'total_visits' || figure === 'unique_visitors' ? formatNumber : formatDuration;
};

/** "+12 ms (+4.5%)", from the first to the second. */
function differenceOf(figure: Figure, one: number | null, other: number | null): string {
  if (one === null || other === null) return MISSING;
  const difference = other - one;
  const sign = difference > 0 ? '+' : difference < 0 ? '-' : '±';
  const change = formatChange(other, one);
  return `${sign}${formatOf(figure)(Math.abs(difference))}${change ? ` (${change})` : ''}`;
}

const tableOf = ([one, other]: readonly [Compared, Compared]) => ({
  columns: ['Figure', 'A', 'B', 'Difference'],
  rows: COMPARED.map((name) => [
    LABELS[name],
    ...[one, other].map(({ figures }) => figure(figures[name], formatOf(name))),
    differenceOf(name, one.figures[name], other.figures[name]),
  ]),
});

/** Returns the row of a box plot; none without requests. */
function boxRow(name: string, { figures }: Compared, color: string): BoxRow[] {
  const [fastest, firstQuartile, median, thirdQuartile, p90, p99, slowest, average] = [
    figures.fastest_measured_execution_time,
    figures.fastest_quartile_execution_time,
    figures.median_execution_time,
    figures.slowest_quartile_execution_time,
    figures.ninetieth_percentile_execution_time,
    figures['ninety-ninth_percentile_execution_time'],
    figures.slowest_measured_execution_time,
    figures.average_execution_time,
  ].map((value) => value ?? NaN);
  const box = { fastest, firstQuartile, median, thirdQuartile, p90, p99, slowest, average };
  return figures.total_visits === 0 ? [] : [{ name, box: box as BoxRow['box'], color }];
}

interface ComparisonProps {
  dashboardId: string;
  one: TimeSlice;
  other: TimeSlice;
}

/** The figures and distributions of two time slices next to each other. */
function Comparison({ dashboardId, one, other }: ComparisonProps) {
  const { scheme } = useTheme().palette;
  const [first = scheme.accent, second = scheme.accent] = scheme.series;
  const query = useComparison(dashboardId, one, other);
  const left = useComparedHistogram(0, dashboardId, one, other);
  const right = useComparedHistogram(1, dashboardId, one, other);
  return (
    <PanelGrid>
      <Panel title="Figures" subtitle="The difference is from A to B" query={query} minHeight={300}>
        {(pair) => <DataTable caption="Figures" {...tableOf(pair)} maxHeight={480} />}
      </Panel>
      <Panel
        title="Execution time percentiles"
        query={query}
        isEmpty={(pair) => pair.every(({ figures }) => figures.total_visits === 0)}
        minHeight={140}
      >
        {([a, b]) => (
          <BoxPlots
            rows={[...boxRow('A', a, first), ...boxRow('B', b, second)]}
            xTitle="Time per request"
            format={formatDuration}
            rowHeight={64}
          />
        )}
      </Panel>
      <HistogramPanel title="Distribution of A" query={left} color={first} asShares />
      <HistogramPanel title="Distribution of B" query={right} color={second} asShares />
    </PanelGrid>
  );
}

interface ChoiceProps {
  label: 'A' | 'B';
  slice: TimeSlice;
  options: readonly { value: string; name: string }[];
  onChange: (key: string) => void;
}

/** Chooses a time slice, and says what it selects. */
function Choice({ label, slice, options, onChange }: ChoiceProps) {
  const zone = useZone();
  return (
    <Box sx={{ display: 'grid', gap: 0.5, minWidth: 0 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, minWidth: 0 }}>
        <Box component="span" aria-hidden sx={{ fontWeight: 600 }}>
          {label}
        </Box>
        <Select
          label={`Time slice ${label}`}
          value={slice.timeSliceKey}
          options={options}
          onChange={onChange}
        />
      </Box>
      <Typography variant="caption" color="textSecondary">
        {sliceContent(slice, zone)}
      </Typography>
    </Box>
  );
}

/** Two saved time slices of a dashboard side by side. */
export function CompareTab() {
  const { dashboardId = '' } = useParams();
  const zone = useZone();
  const query = useTimeSlices(dashboardId);
  const [a, chooseA] = useUrlText('a', FULL_RANGE.timeSliceKey);
  const [b, chooseB] = useUrlText('b', FULL_RANGE.timeSliceKey);
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
      <FilterBar dashboardId={dashboardId} overTime={false} />
      <TimeSlicesSection dashboardId={dashboardId} query={query} onSaved={chooseA} />
      <QueryBoundary query={query} minHeight={0}>
        {(saved) => {
          const all = [FULL_RANGE, ...saved];
          const options = all.map((slice) => ({
            value: slice.timeSliceKey,
            name: sliceName(slice, zone),
          }));
          // A slice that was deleted is replaced by all requests.
          const find = (key: string) =>
            all.find((slice) => slice.timeSliceKey === key) ?? FULL_RANGE;
          const [one, other] = [find(a), find(b)];
          return (
            <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
              <PanelGrid>
                <Choice label="A" slice={one} options={options} onChange={chooseA} />
                <Choice label="B" slice={other} options={options} onChange={chooseB} />
              </PanelGrid>
              {one === other ? (
                <Notice icon="chart" title="A and B are the same">
                  Choose another time slice, or save the range and the filters above as one.
                </Notice>
              ) : (
                <Comparison {...{ dashboardId, one, other }} />
              )}
            </Box>
          );
        }}
      </QueryBoundary>
    </Box>
  );
}
