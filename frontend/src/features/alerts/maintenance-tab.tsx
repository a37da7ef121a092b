import { useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';

import {
  useDeleteMaintenance,
  useMuteDashboard,
  useStopMaintenance,
  useWindows,
} from '@/api/alerts/maintenance';
import { messageOf } from '@/api/core/errors';
import { useDashboards } from '@/api/dashboards/dashboards';
import type { Dashboard, Window } from '@/api/types';
import { BusyButton } from '@/components/busy-button';
import { ConfirmButton } from '@/components/confirm-button';
import { FocusFallback } from '@/components/focus-fallback';
import { Icon } from '@/components/icon';
import { List, ListRow } from '@/components/list';
import { Notice } from '@/components/notice';
import { Frame } from '@/components/panel';
import { QueryBoundary } from '@/components/query-boundary';
import { useNotify } from '@/components/snackbar';
import { MaintenanceDialog } from '@/features/alerts/maintenance-dialog';
import { scheduleText } from '@/features/alerts/maintenance-text';
import { MuteButton } from '@/features/alerts/mute-button';
import { buttons, row } from '@/components/row';
import { useZone } from '@/hooks/use-zone';
import { formatDateTime } from '@/lib/format';

/** "In maintenance since …", "Next: …" or "Ended …". */
function useTimes({ active, since, until, next_start: next, ended }: Window): string {
  const zone = useZone();
  const format = (moment: string) => formatDateTime(new Date(moment), zone);
  if (active && since !== null)
    return `In maintenance since ${format(since)}, ${until === null ? 'until it is stopped' : `until ${format(until)}`}`;
  if (next !== null) return `Begins ${format(next)}`;
  return ended === null ? 'Ended' : `Ended ${format(ended)}`;
}

function WindowRow({ window }: { window: Window }) {
  const [editing, setEditing] = useState(false);
  const stop = useStopMaintenance(window.id);
  const remove = useDeleteMaintenance(window.id);
  const notify = useNotify();
  const dashboards = useDashboards().data ?? [];
  const dashboard = dashboards.find(({ id }) => id === window.dashboard_id);
  const times = useTimes(window);
  const report = {
    onSuccess: ({ message }: { message: string }) => notify(message),
    onError: (error: Error) => notify(messageOf(error), 'error'),
  };
  return (
    <Box component="li" aria-label={window.name} sx={row}>
      <Box>
        <Typography component="h3" sx={{ fontWeight: 550 }}>
          {window.name}
        </Typography>
        <Typography variant="body2">
          {[
            window.dashboard_id === null ? 'All dashboards' : (dashboard?.name ?? ''),
            scheduleText(window.schedule),
          ]
            .filter(Boolean)
            .join(' · ')}
        </Typography>
        <Typography variant="caption" color="textSecondary" component="div">
          {times}
        </Typography>
      </Box>
      <Box sx={buttons}>
        {(window.active || window.next_start !== null) && (
          <BusyButton
            variant="outlined"
            aria-label={`Stop: ${window.name}`}
            busy={stop.isPending}
            onClick={() => stop.mutate(undefined, report)}
          >
            Stop
          </BusyButton>
        )}
        {window.ended === null && (
          <Button
            variant="outlined"
            aria-label={`Edit: ${window.name}`}
            onClick={() => setEditing(true)}
          >
            Edit
          </Button>
        )}
        <ConfirmButton
          label="Delete"
          confirmLabel="Delete permanently"
          of={window.name}
          busy={remove.isPending}
          onConfirm={() => remove.mutate(undefined, report)}
        />
      </Box>
      {editing && <MaintenanceDialog window={window} onClose={() => setEditing(false)} />}
    </Box>
  );
}

function MuteRow({ dashboard }: { dashboard: Dashboard }) {
  const mute = useMuteDashboard(dashboard.id);
  const zone = useZone();
  const { muted_until: until, muted_until_resolved: untilResolved } = dashboard;
  const isMuted = untilResolved || (until !== null && new Date(until) > new Date());
  return (
    <ListRow action={<MuteButton of={dashboard.name} isMuted={isMuted} mutation={mute} />}>
      <span>{dashboard.name}</span>
      {isMuted && (
        <Typography variant="caption" color="textSecondary" component="div">
          {until === null
            ? 'Muted until it is resolved'
            : `Muted until ${formatDateTime(new Date(until), zone)}`}
        </Typography>
      )}
    </ListRow>
  );
}

/** Planned maintenance, and muted apps. */
export function MaintenanceTab() {
  const windows = useWindows();
  const dashboards = useDashboards();
  const [planning, setPlanning] = useState(false);
  const plan = (
    <Button variant="contained" startIcon={<Icon name="add" />} onClick={() => setPlanning(true)}>
      Plan maintenance
    </Button>
  );
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'minmax(0, 1fr)' }}>
      <Frame
        title="Maintenance"
        subtitle="No messages are sent meanwhile, and the time does not count for the uptime."
        actions={windows.data?.length ? plan : undefined}
      >
        <FocusFallback label="Maintenance">
          <QueryBoundary
            query={windows}
            isEmpty={(all) => all.length === 0}
            empty={
              <Notice icon="calendar" title="No maintenance is planned" action={plan}>
                Plan it once, weekly or monthly, or begin it now.
              </Notice>
            }
          >
            {(all) => (
              <List label="Maintenance">
                {all.toReversed().map((window) => (
                  <WindowRow key={window.id} window={window} />
                ))}
              </List>
            )}
          </QueryBoundary>
        </FocusFallback>
        {planning && <MaintenanceDialog onClose={() => setPlanning(false)} />}
      </Frame>
      <Frame title="Mute an app" subtitle="Its alerts are listed, but no messages are sent.">
        <QueryBoundary
          query={dashboards}
          minHeight={56}
          isEmpty={(all) => all.length === 0}
          empty={<Typography color="textSecondary">There are no dashboards yet.</Typography>}
        >
          {(all) => (
            <List label="Apps">
              {all.map((dashboard) => (
                <MuteRow key={dashboard.id} dashboard={dashboard} />
              ))}
            </List>
          )}
        </QueryBoundary>
      </Frame>
    </Box>
  );
}
