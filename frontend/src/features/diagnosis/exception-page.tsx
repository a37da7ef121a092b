import Box from '@mui/material/Box';
import MuiLink from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { useTheme } from '@mui/material/styles';
import { Link, useParams } from 'react-router';

import { hasStatus } from '@/api/core/errors';
import { useDashboardSummary } from '@/api/dashboards/dashboards';
import { useException, type ExceptionSeries } from '@/api/diagnosis/exceptions';
import { shownName } from '@/api/statistics/names';
import { viewParams } from '@/api/statistics/view';
import type { CallField, ExceptionGroup } from '@/api/types';
import { EventList } from '@/components/activity/event-list';
import { BarChart } from '@/components/charts/bar-chart';
import { StateChip } from '@/components/exceptions/state-chip';
import { RangeControls } from '@/components/filter-bar';
import { MarkersButton } from '@/components/markers-button';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { Frame, Panel } from '@/components/panel';
import { peak, sliceRows, timeAxis, zoomTo } from '@/components/panels/time-axis';
import { useMarkers } from '@/components/panels/use-markers';
import { QueryBoundary } from '@/components/query-boundary';
import { RelativeTime } from '@/components/relative-time';
import { ZoneNote } from '@/components/zone-note';
import { DecisionButtons } from '@/features/diagnosis/decision-buttons';
import { Facts } from '@/features/diagnosis/facts';
import { SamplePanel } from '@/features/diagnosis/sample-panel';
import { stateText } from '@/features/diagnosis/state-text';
import { useView } from '@/hooks/use-view';
import { useZone } from '@/hooks/use-zone';
import { formatCompact, formatNumber, MISSING } from '@/lib/format';
import { dashboardPage } from '@/lib/paths';

type Found = ReturnType<typeof useException>;
type Details = NonNullable<Found['data']>;

function OverTime({ dashboardId, query }: { dashboardId: string; query: Found }) {
  const { view, zoom } = useView();
  const markers = useMarkers(dashboardId, view);
  const { accent } = useTheme().palette.scheme;
  const table = ({ series }: Details) => ({
    columns: ['Time', 'Exceptions'],
    rows: sliceRows(series, [series.counts], formatNumber),
  });
  const summary = ({ series }: Details) =>
    `${formatNumber(sum(series))} exceptions; peak: ${peak(series, series.counts, formatNumber)}.`;
  return (
    <Panel
      title="Exceptions over time"
      query={query}
      isEmpty={({ series }) => sum(series) === 0}
      minHeight={300}
      summary={summary}
      table={table}
    >
      {({ series }) => (
        <BarChart
          {...timeAxis(series)}
          series={[{ id: 'count', name: 'Exceptions', color: accent, values: series.counts }]}
          yTitle={`Exceptions per ${series.timeslice}`}
          formatTick={formatCompact}
          format={formatNumber}
          markers={markers}
          onZoom={zoomTo(zoom, series)}
        />
      )}
    </Panel>
  );
}

const sum = ({ counts }: ExceptionSeries) => counts.reduce((before, count) => before + count, 0);

interface NamesProps {
  dashboardId: string;
  field: Extract<CallField, 'endpoint' | 'version'>;
  names: readonly string[];
}

/** Links to the exceptions of each endpoint or version. */
function Names({ dashboardId, field, names }: NamesProps) {
  const { view } = useView();
  return (
    <Box sx={{ maxHeight: 120, overflowY: 'auto' }}>
      {names.map((name, at) => (
        <span key={name}>
          {at > 0 && ', '}
          <MuiLink
            component={Link}
            to={{
              pathname: dashboardPage(dashboardId, 'exceptions'),
              search: viewParams({ ...view, filters: { [field]: name } }).toString(),
            }}
          >
            {shownName(field, name)}
          </MuiLink>
        </span>
      ))}
    </Box>
  );
}

function Summary({ group }: { group: ExceptionGroup }) {
  const zone = useZone();
  const { dashboard_id: dashboardId, state } = group;
  const seen = (moment: string, version: string) => (
    <>
      <RelativeTime moment={moment} />
      {version && `, version ${version}`}
    </>
  );
  return (
    <Frame title="Summary" actions={<DecisionButtons group={group} />}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1, mb: 1.5 }}>
        <StateChip state={state} />
        <Typography variant="body2">{stateText(group, zone)}</Typography>
      </Box>
      <Facts
        facts={[
          ['First seen', seen(group.first_seen, group.first_version)],
          ['Last seen', seen(group.last_seen, group.last_version)],
          ['Exceptions', `${formatNumber(group.count)} in this range`],
          ['Users', group.users === null ? MISSING : formatNumber(group.users)],
          ['IP addresses', group.addresses === null ? MISSING : formatNumber(group.addresses)],
          ['Caught by the app', formatNumber(group.captured)],
          [
            'Endpoints',
            <Names key="" {...{ dashboardId }} field="endpoint" names={group.endpoints} />,
          ],
          [
            'Versions',
            <Names key="" {...{ dashboardId }} field="version" names={group.versions} />,
          ],
        ]}
      />
    </Frame>
  );
}

/** What changed its state. */
const History = ({ group }: { group: ExceptionGroup }) => (
  <Frame title="History">
    <EventList
      label="History"
      filter={{
        dashboardId: group.dashboard_id,
        conditions: [{ field: 'group', op: 'eq', type: 'string', value: group.id }],
      }}
      empty={<Notice title="Its state has not changed yet" />}
    />
  </Frame>
);

/** A group of exceptions: its state, when and where it was seen, examples with their stacks. */
export function ExceptionPage() {
  const { dashboardId = '', groupId = '' } = useParams();
  const { view } = useView();
  const dashboard = useDashboardSummary(dashboardId);
  const query = useException(dashboardId, groupId, view);
  const group = query.data?.group;
  if (query.data === undefined && hasStatus(query.error, 404)) {
    return (
      <Page title="Exception not found">
        <Notice
          icon="search"
          title="It was last seen too long ago, or its dashboard has been deleted"
        />
      </Page>
    );
  }
  return (
    <Page
      title={group ? [group.type, group.function].filter(Boolean).join(' in ') : 'Exception'}
      subtitle={dashboard?.name}
    >
      <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 2 }}>
        <QueryBoundary query={query} minHeight={320}>
          {({ group: found, samples }) => (
            <Box
              sx={{
                display: 'grid',
                gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: '400px minmax(0, 1fr)' },
                gridTemplateRows: { lg: 'auto 1fr' },
                gridTemplateAreas: {
                  xs: '"summary" "example" "history"',
                  lg: '"summary example" "history example"',
                },
                alignItems: 'start',
                gap: 2,
              }}
            >
              <Box sx={{ gridArea: 'summary' }}>
                <Summary group={found} />
              </Box>
              <Box sx={{ gridArea: 'example' }}>
                <SamplePanel group={found} samples={samples} />
              </Box>
              <Box sx={{ gridArea: 'history' }}>
                <History group={found} />
              </Box>
            </Box>
          )}
        </QueryBoundary>
        <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1 }}>
          <RangeControls />
          <MarkersButton />
          <Box sx={{ ml: { sm: 'auto' } }}>
            <ZoneNote />
          </Box>
        </Box>
        <OverTime dashboardId={dashboardId} query={query} />
      </Box>
    </Page>
  );
}
