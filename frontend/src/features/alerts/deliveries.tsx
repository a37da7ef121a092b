import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { useDeliveries } from '@/api/alerts/channels';
import type { Channel, Delivery } from '@/api/types';
import { List, ListRow } from '@/components/list';
import { QueryBoundary } from '@/components/query-boundary';
import { RelativeTime } from '@/components/relative-time';
import { ShowMore } from '@/components/show-more';
import { useNow } from '@/hooks/use-now';
import { useZone } from '@/hooks/use-zone';
import { formatDateTime, formatSpan } from '@/lib/format';

const STATES: Readonly<Record<Delivery['state'], { name: string; color: string }>> = {
  sent: { name: 'Sent', color: 'success.main' },
  waiting: { name: 'Waiting', color: 'text.secondary' },
  failed: { name: 'Failed', color: 'error.main' },
};

function NextAttempt({ moment }: { moment: string }) {
  const due = new Date(moment);
  const seconds = (due.getTime() - useNow().getTime()) / 1000;
  return (
    <time dateTime={moment} title={formatDateTime(due, useZone())}>
      {seconds < 1 ? 'next attempt now' : `next attempt in ${formatSpan(Math.round(seconds))}`}
    </time>
  );
}

function DeliveryRow({ delivery }: { delivery: Delivery }) {
  const { kind, state, attempts, status, error, next_attempt: due, created } = delivery;
  const { name, color } = STATES[state];
  return (
    <ListRow>
      <Box component="span" sx={{ color, fontWeight: 550 }}>
        {name}
      </Box>
      {kind === 'test' && ' (test)'} · <RelativeTime moment={created} />
      <Typography variant="caption" color="textSecondary" component="div">
        {[
          attempts === 1 ? '1 attempt' : `${attempts} attempts`,
          status !== null && `HTTP status ${status}`,
        ]
          .filter(Boolean)
          .join(' · ')}
        {due !== null && (
          <>
            {' · '}
            <NextAttempt moment={due} />
          </>
        )}
        {error !== null && <Box sx={{ color: 'error.main' }}>{error}</Box>}
      </Typography>
    </ListRow>
  );
}

/** The last messages through a channel. */
export function DeliveryLog({ channel }: { channel: Channel }) {
  const deliveries = useDeliveries(channel.id);
  return (
    <QueryBoundary
      query={deliveries}
      minHeight={56}
      isEmpty={(all) => all.length === 0}
      empty={
        <Typography variant="body2" color="textSecondary">
          No messages yet. Send a test to see whether they arrive.
        </Typography>
      }
    >
      {(all) => (
        <>
          <List label={`Messages through ${channel.name}`}>
            {all.map((delivery) => (
              <DeliveryRow key={delivery.id} delivery={delivery} />
            ))}
          </List>
          <ShowMore query={deliveries} />
        </>
      )}
    </QueryBoundary>
  );
}
