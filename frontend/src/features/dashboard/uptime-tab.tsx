import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useTheme } from '@mui/material/styles';
import { Link, useParams } from 'react-router';

import { useDashboardSummary } from '@/api/dashboards/dashboards';
import { useDowntime } from '@/api/dashboards/downtime';
import type { Dashboard, Downtime } from '@/api/types';
import { LineChart } from '@/components/charts/line-chart';
import { UptimeBar } from '@/components/charts/uptime-bar';
import { DataTable, figure } from '@/components/data-table';
import { MarkersButton } from '@/components/markers-button';
import { Notice } from '@/components/notice';
import { Panel } from '@/components/panel';
import { timeAxis } from '@/components/panels/time-axis';
import { useMarkers } from '@/components/panels/use-markers';
import { StateDot } from '@/components/state-dot';
import { ZoneNote } from '@/components/zone-note';
import { daysOf, isMonitored } from '@/features/dashboard/uptime';
import { formatDateTime, formatDuration, formatFinePercent, formatSpan } from '@/lib/format';
import { useZone } from '@/hooks/use-zone';
import { dashboardPage } from '@/lib/paths';
import { longSlice } from '@/api/statistics/slices';

const DAYS = 90;

const uptimeOf = ({ downtime_percentage: down }: Downtime) =>
  formatFinePercent(down === null ? null : 1 - down / 100);

const outageText = (seconds: number) =>
  seconds > 0 ? `${formatSpan(seconds)} down` : 'No outages';

const daysTable = (downtime: Downtime, zone: string) => ({
  columns: ['Day', 'Down', 'Latency'],
  rows: daysOf(downtime, zone)
    .toReversed()
    .map(({ date, downSeconds, down, latency }) => [
      date,
      down === null ? 'not monitored' : figure(downSeconds * 1000, () => formatSpan(downSeconds)),
      figure(latency, formatDuration),
    ]),
});

const summaryOf = (downtime: Downtime) =>
  `Up ${uptimeOf(downtime)} of the monitored time in the last ${DAYS} days, with ${downtime.downtime_intervals.length} outages.`;

const NotMonitored = ({ dashboardId }: { dashboardId: string }) => (
  <Notice
    icon="bell"
    title="Uptime is not monitored yet"
    action={
      <Button variant="outlined" component={Link} to={dashboardPage(dashboardId, 'settings')}>
        Go to settings
      </Button>
    }
  >
    Turn on uptime monitoring to have PyDash ping the app regularly.
  </Notice>
);

/** States what is certain, and why the last ping failed. */
function availabilityText({ availability, failure }: Dashboard) {
  if (availability === 'up') return 'Up now';
  if (availability === 'down') return `Down now. ${failure?.reason ?? ''}`;
  const reason = failure?.reason ?? 'The app did not respond.';
  return `Checking. ${reason} The app is down when three pings in a row have failed.`;
}

/** Whether the app responds at the moment, which the uptime of a long time does not show. */
function Availability({ dashboardId }: { dashboardId: string }) {
  const dashboard = useDashboardSummary(dashboardId);
  if (!dashboard?.availability) return null;
  return (
    <Box role="status" sx={{ display: 'flex', alignItems: 'center', gap: 0.5, mb: 0.5 }}>
      <StateDot dashboard={{ ...dashboard, error: null }} />
      {availabilityText(dashboard)}
    </Box>
  );
}

function Days({ downtime, zone }: { downtime: Downtime; zone: string }) {
  const days = daysOf(downtime, zone).map(({ date, down, downSeconds }) => ({
    title: longSlice(date, 'day', zone),
    down,
    text: down === null ? 'Not monitored' : outageText(downSeconds),
  }));
  return (
    <>
      <Box sx={{ fontSize: '1.5rem', fontWeight: 600, letterSpacing: '-0.02em', mb: 1 }}>
        {uptimeOf(downtime)}
      </Box>
      <UptimeBar days={days} />
      <Box
        sx={{
          display: 'flex',
          justifyContent: 'space-between',
          mt: 0.5,
          fontSize: '0.6875rem',
          color: 'text.secondary',
        }}
      >
        <span>{DAYS} days ago</span>
        <span>today</span>
      </Box>
    </>
  );
}

const outagesTable = ({ downtime_intervals: outages }: Downtime, zone: string) => ({
  columns: ['Started', 'Ended', 'Duration', 'Cause'],
  rows: outages
    .toSorted((one, other) => other.start.localeCompare(one.start))
    .map(({ start, end, seconds, cause }) => [
      formatDateTime(new Date(start), zone),
      end === null ? 'still down' : formatDateTime(new Date(end), zone),
      figure(seconds * 1000, () => formatSpan(seconds)),
      cause?.reason ?? 'unknown',
    ]),
});

interface LatencyProps {
  dashboardId: string;
  downtime: Downtime;
  zone: string;
}

function Latency({ dashboardId, downtime, zone }: LatencyProps) {
  const { accent } = useTheme().palette.scheme;
  const days = daysOf(downtime, zone);
  const markers = useMarkers(dashboardId, { range: { preset: 'all' }, zone });
  return (
    <LineChart
      {...timeAxis({ slices: days.map(({ date }) => date), timeslice: 'day', zone })}
      series={[
        {
          id: 'latency',
          name: 'Latency',
          color: accent,
          values: days.map(({ latency }) => latency),
        },
      ]}
      yTitle="Mean ping time"
      canBeLog
      formatTick={formatDuration}
      format={formatDuration}
      height={216}
      markers={markers}
    />
  );
}

/** Uptime, latency and outages of the last 90 days. */
export function UptimeTab() {
  const { dashboardId = '' } = useParams();
  const zone = useZone();
  const query = useDowntime(dashboardId, DAYS, zone);
  const shared = {
    query,
    isEmpty: (downtime: Downtime) => !isMonitored(daysOf(downtime, zone)),
  };
  const monitored = query.data === undefined || isMonitored(daysOf(query.data, zone));
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 2 }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1 }}>
        <MarkersButton />
        <Box sx={{ ml: { sm: 'auto' } }}>
          <ZoneNote />
        </Box>
      </Box>
      <Panel
        {...shared}
        title="Uptime"
        subtitle={`Share of the monitored time in the last ${DAYS} days`}
        empty={<NotMonitored dashboardId={dashboardId} />}
        summary={summaryOf}
        table={(downtime) => daysTable(downtime, zone)}
      >
        {(downtime) => (
          <>
            <Availability dashboardId={dashboardId} />
            <Days {...{ downtime, zone }} />
          </>
        )}
      </Panel>
      {monitored && (
        <>
          <Panel
            {...shared}
            title="Latency"
            subtitle="Response time to a ping"
            minHeight={252}
            table={(downtime) => daysTable(downtime, zone)}
          >
            {(downtime) => <Latency {...{ dashboardId, downtime, zone }} />}
          </Panel>
          <Panel
            {...shared}
            title="Outages"
            isEmpty={({ downtime_intervals: outages }) => outages.length === 0}
            empty={<Notice icon="check" title={`No outages in the last ${DAYS} days`} />}
          >
            {(downtime) => <DataTable caption="Outages" {...outagesTable(downtime, zone)} />}
          </Panel>
        </>
      )}
    </Box>
  );
}
