import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import { useSearchParams } from 'react-router';

import { useEventTypes, type Condition, type EventFilter } from '@/api/events/events';
import { conditionText, readConditions, withConditions } from '@/components/activity/conditions';
import { TraitFilter } from '@/components/activity/trait-filter';
import { CodeBlock } from '@/components/code-block';
import { Icon } from '@/components/icon';
import { Notice } from '@/components/notice';
import { Frame } from '@/components/panel';
import { EventList } from '@/components/activity/event-list';
import { useZone } from '@/hooks/use-zone';
import { eventTypeName } from '@/lib/event-text';
import { formatDateTime } from '@/lib/format';
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

interface ActiveProps {
  text: string;
  onRemove: () => void;
}

/** A condition that applies; a click removes it. */
const Active = ({ text, onRemove }: ActiveProps) => (
  <Button
    variant="outlined"
    aria-label={`Remove filter ${text}`}
    endIcon={<Icon name="close" size={14} />}
    onClick={onRemove}
    sx={{ maxWidth: '100%', bgcolor: 'action.selected', overflowWrap: 'anywhere' }}
  >
    {text}
  </Button>
);

interface TypeChipsProps {
  types: readonly string[];
  selected: string | undefined;
  onSelect: (type: string | undefined) => void;
}

const TypeChips = ({ types, selected, onSelect }: TypeChipsProps) => (
  <Box role="group" aria-label="Type of event" sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
    {[undefined, ...types].map((type) => (
      <Chip
        key={type ?? ''}
        label={type === undefined ? 'All' : eventTypeName(type)}
        aria-pressed={selected === type}
        color={selected === type ? 'primary' : 'default'}
        variant={selected === type ? 'filled' : 'outlined'}
        onClick={() => onSelect(type)}
      />
    ))}
  </Box>
);

/** What happened to one dashboard, or to all dashboards and the account; the URL has the filter. */
export function Activity({ dashboardId }: { dashboardId?: string }) {
  const [params, setParams] = useSearchParams();
  const zone = useZone();
  const types = useEventTypes(dashboardId).data ?? [];
  const selected = params.get('event') ?? undefined;
  const until = params.get('until') ?? undefined;
  const conditions = readConditions(params);
  const filter: EventFilter = { dashboardId, type: selected, conditions, until };
  const set = (name: 'event' | 'until', value: string | undefined) =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (value === undefined) after.delete(name);
      else after.set(name, value);
      return after;
    });
  const setConditions = (changed: readonly Condition[]) =>
    setParams((before) => withConditions(before, changed));
  const untilTime = new Date(until ?? '');
  const isFiltered = selected !== undefined || until !== undefined || conditions.length > 0;
  return (
    <Frame title="Events">
      {types.length > 1 && (
        <TypeChips types={types} selected={selected} onSelect={(type) => set('event', type)} />
      )}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, my: 1.5 }}>
        <TraitFilter
          filter={filter}
          onAdd={(condition) => setConditions([...conditions, condition])}
        />
        {until !== undefined && (
          <Active
            text={`Until ${Number.isNaN(untilTime.getTime()) ? until : formatDateTime(untilTime, zone)}`}
            onRemove={() => set('until', undefined)}
          />
        )}
        {conditions.map((condition, at) => (
          <Active
            key={at}
            text={conditionText(condition, zone)}
            onRemove={() => setConditions(conditions.toSpliced(at, 1))}
          />
        ))}
      </Box>
      <EventList
        label="Events"
        filter={filter}
        showDashboard={dashboardId === undefined}
        empty={isFiltered ? undefined : <Empty dashboardId={dashboardId} />}
      />
    </Frame>
  );
}
