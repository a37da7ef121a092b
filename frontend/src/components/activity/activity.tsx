import Chip from '@mui/material/Chip';
import Box from '@mui/material/Box';
import { useSearchParams } from 'react-router';

import { useEventTypes } from '@/api/events/events';
import { CodeBlock } from '@/components/code-block';
import { Notice } from '@/components/notice';
import { Frame } from '@/components/panel';
import { EventList } from '@/components/activity/event-list';
import { eventTypeName } from '@/lib/event-text';
import { ROOT } from '@/lib/root';

const deployCommand = (dashboardId: string) =>
  [
    'curl --fail --header "Authorization: Bearer $TOKEN" \\',
    `  --json '{"event_type": "app.deploy", "dashboard_id": "${dashboardId}", "traits": {"version": "1.2.0"}}' \\`,
    `  ${window.location.origin}${ROOT}api/events`,
  ].join('\n');

const Empty = ({ dashboardId }: { dashboardId: string | undefined }) => (
  <Notice icon="calendar" title="Nothing has happened yet">
    New versions, outages and failed fetches appear here by themselves. Report your deploys with one
    command, with an API token of scope write:
    <Box sx={{ mt: 2 }}>
      <CodeBlock label="the command" code={deployCommand(dashboardId ?? 'DASHBOARD_ID')} />
    </Box>
  </Notice>
);

/** What happened to one dashboard, or to all dashboards and the account, filtered by type. */
export function Activity({ dashboardId }: { dashboardId?: string }) {
  const [params, setParams] = useSearchParams();
  const types = useEventTypes(dashboardId).data ?? [];
  const selected = params.get('event') ?? undefined;
  const until = params.get('until') ?? undefined;
  const select = (type: string | undefined) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (type === undefined) after.delete('event');
        else after.set('event', type);
        return after;
      },
      { replace: true },
    );
  return (
    <Frame title="Events">
      {types.length > 1 && (
        <Box
          role="group"
          aria-label="Type of event"
          sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}
        >
          {[undefined, ...types].map((type) => (
            <Chip
              key={type ?? ''}
              label={type === undefined ? 'All' : eventTypeName(type)}
              aria-pressed={selected === type}
              color={selected === type ? 'primary' : 'default'}
              variant={selected === type ? 'filled' : 'outlined'}
              onClick={() => select(type)}
            />
          ))}
        </Box>
      )}
      <EventList
        label="Events"
        filter={{ dashboardId, type: selected, until }}
        showDashboard={dashboardId === undefined}
        empty={selected === undefined ? <Empty dashboardId={dashboardId} /> : undefined}
      />
    </Frame>
  );
}
