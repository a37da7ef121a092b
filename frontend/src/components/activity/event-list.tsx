import { useState, type ReactNode } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { Link as RouterLink } from 'react-router';

import { useEvents, useLiveEvents, type EventFilter } from '@/api/events/events';
import type { EventInfo } from '@/api/types';
import { List, ListRow } from '@/components/list';
import { Notice } from '@/components/notice';
import { QueryBoundary } from '@/components/query-boundary';
import { RelativeTime } from '@/components/relative-time';
import { ShowMore } from '@/components/show-more';
import { useZone } from '@/hooks/use-zone';
import { eventText, valuesOf } from '@/lib/event-text';
import { formatDateTime } from '@/lib/format';
import { dashboardPage, exceptionPage } from '@/lib/paths';
import { MONOSPACE } from '@/theme/theme';

const idOf = ({ message_id: id, traits }: EventInfo) =>
  `${id} ${traits.find(({ name }) => name === 'dashboard_id')?.value?.toString() ?? ''}`;

function Details({ event }: { event: EventInfo }) {
  const zone = useZone();
  const rows = [
    ['time', formatDateTime(new Date(event.generated), zone)],
    ['type', event.event_type],
    ...event.traits.map(({ name, value }) => [name, String(value)]),
    ...(event.raw === null ? [] : [['raw', JSON.stringify(event.raw)]]),
  ];
  return (
    <Box
      component="dl"
      sx={{
        display: 'grid',
        gridTemplateColumns: 'max-content minmax(0, 1fr)',
        columnGap: 2,
        rowGap: 0.25,
        m: 0,
        mt: 1,
        fontFamily: MONOSPACE,
        fontSize: '0.75rem',
        '& dt': { color: 'text.secondary' },
        '& dd': { m: 0, overflowWrap: 'anywhere' },
      }}
    >
      {rows.map(([name, value]) => [
        <dt key={name}>{name}</dt>,
        <dd key={`${name} value`}>{value}</dd>,
      ])}
    </Box>
  );
}

function EventRow({ event, showDashboard }: { event: EventInfo; showDashboard: boolean }) {
  const [open, setOpen] = useState(false);
  const { dashboard, dashboard_id: dashboardId, actor, ip, group } = valuesOf(event);
  const isOfException = event.event_type.startsWith('exception.') && dashboardId && group;
  const who = [actor, ip].filter(Boolean).join(', ');
  return (
    <ListRow
      action={
        <Button
          size="small"
          aria-expanded={open}
          aria-label={`Details of ${eventText(event)}`}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Less' : 'Details'}
        </Button>
      }
    >
      <span>{eventText(event)}</span>
      <Typography variant="caption" color="textSecondary" component="div">
        <RelativeTime moment={event.generated} />
        {showDashboard && dashboardId && (
          <>
            {' · '}
            <Link component={RouterLink} to={dashboardPage(String(dashboardId))}>
              {dashboard}
            </Link>
          </>
        )}
        {isOfException && (
          <>
            {' · '}
            <Link component={RouterLink} to={exceptionPage(String(dashboardId), String(group))}>
              Show exception
            </Link>
          </>
        )}
        {who && ` · ${who}`}
      </Typography>
      {open && <Details event={event} />}
    </ListRow>
  );
}

interface EventListProps {
  label: string;
  filter: EventFilter;
  /** Whether to name the dashboard of each event. */
  showDashboard?: boolean;
  /** What is shown if there are no events. */
  empty?: ReactNode;
}

/** A list of events, newest first, that follows what happens. */
export function EventList({ label, filter, showDashboard = false, empty }: EventListProps) {
  const events = useEvents(filter);
  useLiveEvents();
  return (
    <QueryBoundary
      query={events}
      // A page without events may be followed by others: the server examines so many at once.
      isEmpty={(all) => all.length === 0 && !events.hasNextPage}
      empty={empty ?? <Notice icon="search" title="No events" />}
    >
      {(all) => (
        <>
          <List label={label}>
            {all.map((event) => (
              <EventRow key={idOf(event)} event={event} showDashboard={showDashboard} />
            ))}
          </List>
          <ShowMore
            query={events}
            label={all.length > 0 ? 'Show more' : 'No events so far; search further'}
          />
        </>
      )}
    </QueryBoundary>
  );
}
