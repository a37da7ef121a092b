import Box from '@mui/material/Box';
import { useTheme } from '@mui/material/styles';
import Typography from '@mui/material/Typography';
import { useParams } from 'react-router';

import { FULL_RANGE } from '@/api/dashboards/time-slices';
import { useComparison } from '@/api/statistics/compare';
import { useVersions, type Version } from '@/api/statistics/history';
import { useVersionComparison } from '@/api/statistics/version-comparison';
import { rangeParams, type View } from '@/api/statistics/view';
import { shownName } from '@/api/statistics/names';
import type { TimeSlice, VersionComparison } from '@/api/types';
import { BarChart } from '@/components/charts/bar-chart';
import { figure } from '@/components/data-table';
import { RangeControls } from '@/components/filter-bar';
import { Notice } from '@/components/notice';
import { Panel } from '@/components/panel';
import { FullWidth, PanelGrid } from '@/components/panel-grid';
import { QueryBoundary } from '@/components/query-boundary';
import { Select } from '@/components/select';
import { VerdictLabel } from '@/components/verdict-label';
import { VersionEndpoints } from '@/components/version-endpoints';
import { ComparedFigures } from '@/features/dashboard/compared-figures';
import { useUrlText } from '@/hooks/use-url-text';
import { useView } from '@/hooks/use-view';
import { formatDuration, formatPercent } from '@/lib/format';

type Ranged = Pick<View, 'range' | 'zone'>;

/** Returns the requests of a version in a range. */
const sliceOf = (version: string, view: Ranged): TimeSlice => {
  const { start_date: start, end_date: end } = rangeParams(view, new Date());
  return {
    ...FULL_RANGE,
    timeSliceKey: JSON.stringify([version, view.range, view.zone]),
    minTime: start ?? null,
    maxTime: end ?? null,
    version,
  };
};

const shares = (counts: readonly number[]) => {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total === 0 ? 0 : (100 * count) / total));
};

const formatShare = (percent: number | null) =>
  formatPercent(percent === null ? null : percent / 100);

const binName = ({ edges }: VersionComparison['histogram'], at: number) =>
  `${formatDuration(edges[at])} to ${formatDuration(edges[at + 1])}`;

const histogramTable = ({ version, against, histogram }: VersionComparison) => {
  const [own, others] = [shares(histogram.counts), shares(histogram.against_counts)];
  return {
    columns: ['Time per request', version, against],
    rows: own.map((share, at) => [
      binName(histogram, at),
      figure(share, formatShare),
      figure(others[at], formatShare),
    ]),
  };
};

function mostOf({ histogram }: VersionComparison, counts: readonly number[]): string {
  return binName(histogram, counts.indexOf(Math.max(...counts)));
}

const summaryOf = (compared: VersionComparison) =>
  `Most requests of ${compared.version} took ${mostOf(compared, compared.histogram.counts)}, ` +
  `most of ${compared.against} ${mostOf(compared, compared.histogram.against_counts)}.`;

interface ComparedProps {
  dashboardId: string;
  version: string;
  against: string;
}

function Compared({ dashboardId, version, against }: ComparedProps) {
  const { scheme } = useTheme().palette;
  const [first = scheme.accent, second = scheme.accent] = scheme.series;
  const { view } = useView();
  const query = useVersionComparison(dashboardId, version, against, view);
  const figures = useComparison(dashboardId, sliceOf(against, view), sliceOf(version, view));
  return (
    <PanelGrid>
      <FullWidth>
        <Panel
          title="Endpoints"
          subtitle="The worst first"
          query={query}
          isEmpty={({ endpoints }) => endpoints.length === 0}
        >
          {(compared) => (
            <>
              <Typography component="p" sx={{ mb: 1 }}>
                {version} compared with {against}: <VerdictLabel state={compared.verdict} />
              </Typography>
              <VersionEndpoints
                {...{ dashboardId, version, against, endpoints: compared.endpoints }}
                count={compared.endpoint_count}
              />
            </>
          )}
        </Panel>
      </FullWidth>
      <Panel
        title="Distribution of execution times"
        subtitle="Shares of the requests of each version"
        query={query}
        isEmpty={({ histogram }) => histogram.counts.length === 0}
        minHeight={300}
        summary={summaryOf}
        table={histogramTable}
      >
        {({ histogram }) => (
          <BarChart
            categories={histogram.counts.map((_, at) => ({
              tick: formatDuration(histogram.edges[at]),
              title: binName(histogram, at),
            }))}
            series={[
              { id: 'version', name: version, color: first, values: shares(histogram.counts) },
            ]}
            before={{
              id: 'against',
              name: against,
              color: second,
              values: shares(histogram.against_counts),
              dash: '4 3',
            }}
            xTitle="Time per request, logarithmic"
            yTitle="Share of the requests"
            formatTick={formatShare}
            format={formatShare}
            gap={0.06}
          />
        )}
      </Panel>
      <Panel
        title="Figures"
        subtitle={`The difference is from ${against} to ${version}`}
        query={figures}
        minHeight={300}
      >
        {(pair) => <ComparedFigures pair={pair} names={[against, version]} />}
      </Panel>
    </PanelGrid>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  versions: readonly Version[];
  onChange: (name: string) => void;
}

const Choice = ({ label, value, versions, onChange }: ChoiceProps) => (
  <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, minWidth: 0 }}>
    <Box component="span" aria-hidden>
      {label}
    </Box>
    <Select
      label={label}
      value={value}
      options={versions.toReversed().map(({ name }) => ({
        value: name,
        name: shownName('version', name),
      }))}
      onChange={onChange}
    />
  </Box>
);

/** Two versions side by side; by default the latest one and the one before. */
export function CompareVersionsTab() {
  const { dashboardId = '' } = useParams();
  const query = useVersions(dashboardId);
  const [version, choose] = useUrlText('of', '');
  const [against, chooseAgainst] = useUrlText('against', '');
  return (
    <QueryBoundary query={query} minHeight={0}>
      {(versions) => {
        const named = versions.filter(({ name }) => name !== '');
        const [last, before] = named.toReversed();
        if (last === undefined || before === undefined) {
          return (
            <Notice icon="chart" title="There are no two versions to compare">
              Flask-MonitoringDashboard records the version that the app is configured with.
            </Notice>
          );
        }
        const one = version || last.name;
        const other = against || before.name;
        return (
          <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
            <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2 }}>
              <RangeControls />
              <Choice label="Version" value={one} versions={named} onChange={choose} />
              <Choice
                label="Compared with"
                value={other}
                versions={named}
                onChange={chooseAgainst}
              />
            </Box>
            {one === other ? (
              <Notice icon="chart" title="Both are the same version">
                Choose another version.
              </Notice>
            ) : (
              <Compared {...{ dashboardId, version: one, against: other }} />
            )}
          </Box>
        );
      }}
    </QueryBoundary>
  );
}
