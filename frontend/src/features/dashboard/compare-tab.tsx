import Box from '@mui/material/Box';
import { useTheme } from '@mui/material/styles';
import Typography from '@mui/material/Typography';
import { useParams } from 'react-router';

import { FULL_RANGE, useTimeSlices } from '@/api/dashboards/time-slices';
import { useComparedHistogram, useComparison, type Compared } from '@/api/statistics/compare';
import type { TimeSlice } from '@/api/types';
import { BoxPlots, type BoxRow } from '@/components/charts/box-plots';
import { FilterBar } from '@/components/filter-bar';
import { PanelGrid } from '@/components/panel-grid';
import { Panel } from '@/components/panel';
import { Notice } from '@/components/notice';
import { HistogramPanel } from '@/components/panels/histogram-panel';
import { QueryBoundary } from '@/components/query-boundary';
import { Select } from '@/components/select';
import { ComparedFigures } from '@/features/dashboard/compared-figures';
import { TimeSlicesSection } from '@/features/dashboard/time-slices-section';
import { sliceContent, sliceName } from '@/features/dashboard/slice-name';
import { useUrlText } from '@/hooks/use-url-text';
import { useZone } from '@/hooks/use-zone';
import { formatDuration } from '@/lib/format';

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
        {(pair) => <ComparedFigures pair={pair} names={['A', 'B']} />}
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
