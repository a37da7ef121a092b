import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { useSites, useSystem } from '@/api/system/system';
import type { Site, SystemInfo } from '@/api/types';
import { DataTable } from '@/components/data-table';
import { List, ListRow } from '@/components/list';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { RelativeTime } from '@/components/relative-time';
import { VersionPanel } from '@/features/system/version-panel';
import { useZone } from '@/hooks/use-zone';
import { formatDateTime, formatDuration, formatNumber, formatSpan, MISSING } from '@/lib/format';

const MEGABYTE = 1_000_000;

const formatMegabytes = (bytes: number | null) =>
  bytes === null ? MISSING : `${formatNumber(Math.round(bytes / MEGABYTE))} MB`;

const processesTable = ({ processes }: SystemInfo, zone: string) => ({
  columns: ['Process', 'Host', 'PID', 'State', 'Since or last seen', 'Peak memory'],
  rows: processes.map((each) => {
    const seen = each.started ?? each.last_seen;
    return [
      each.name,
      each.host,
      each.pid ?? MISSING,
      each.alive ? 'running' : 'silent',
      seen === null ? MISSING : formatDateTime(new Date(seen), zone),
      formatMegabytes(each.peak_memory_bytes),
    ];
  }),
});

const SECOND_MS = 1_000;

/** The figures of the installation by name. */
const figuresTable = ({ fetcher, ...system }: SystemInfo) => ({
  columns: ['Figure', 'Value'],
  rows: [
    ['Fetching', system.fetching ? 'yes' : 'no'],
    ['Dashboards', formatNumber(system.dashboards)],
    ['Scheduled tasks', formatNumber(fetcher.tasks)],
    ['Tasks waiting', formatNumber(fetcher.queue_length)],
    ['Delay of tasks (p99)', formatDuration(fetcher.lag_p99 * SECOND_MS)],
    ['Duration of tasks (p99)', formatDuration(fetcher.duration_p99 * SECOND_MS)],
    ['Finished tasks', formatNumber(fetcher.runs)],
    ['Failed tasks', formatNumber(fetcher.failures)],
    ['Tasks over their time limit', formatNumber(fetcher.timed_out)],
    ['Tasks whose process died', formatNumber(fetcher.lost)],
    ['Mails waiting', formatNumber(system.waiting_mails)],
    ['Size of the database', formatMegabytes(system.database_bytes)],
  ],
});

const Errors = ({ errors }: SystemInfo) => (
  <List label="Errors">
    {errors.map(({ time, source, message }, at) => (
      <ListRow key={`${time} ${at}`}>
        <span>{message}</span>
        <Typography variant="caption" color="textSecondary" component="div">
          <RelativeTime moment={time} /> · {source}
        </Typography>
      </ListRow>
    ))}
  </List>
);

function lastRequest({ summary }: Site) {
  const minutes = summary?.minutes_since_last_call;
  return minutes === undefined || minutes === null ? MISSING : `${formatSpan(minutes * 60)} ago`;
}

const sitesTable = (sites: readonly Site[]) => ({
  columns: ['Site', 'State', 'Response', 'Fetching', 'Last request', 'Error'],
  rows: sites.map((site) => [
    site.name,
    site.up ? 'up' : 'not up',
    formatDuration(site.seconds * SECOND_MS),
    site.summary === null ? MISSING : site.summary.fetching ? 'yes' : 'no',
    lastRequest(site),
    site.error ?? '',
  ]),
});

/** The state of this installation and of others, for administrators. */
export function SystemPage() {
  const zone = useZone();
  const system = useSystem();
  const sites = useSites();
  return (
    <Page title="System" maxWidth={960}>
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'minmax(0, 1fr)' }}>
        <VersionPanel />
        <Panel title="Processes" query={system}>
          {(data) => <DataTable caption="Processes" align="left" {...processesTable(data, zone)} />}
        </Panel>
        <Panel title="Figures" query={system}>
          {(data) => <DataTable caption="Figures" maxHeight={480} {...figuresTable(data)} />}
        </Panel>
        <Panel
          title="Errors"
          subtitle="Of PyDash itself, as logged on this machine"
          query={system}
          isEmpty={({ errors }) => errors.length === 0}
          empty={<Notice icon="check" title="No errors in the log" />}
        >
          {(data) => <Errors {...data} />}
        </Panel>
        <Panel
          title="Sites"
          subtitle="Other installations of PyDash"
          query={sites}
          isEmpty={(all) => all.length === 0}
          empty={<Notice icon="monitor" title="No other sites are configured" />}
        >
          {(all) => <DataTable caption="Sites" align="left" {...sitesTable(all)} />}
        </Panel>
      </Box>
    </Page>
  );
}
