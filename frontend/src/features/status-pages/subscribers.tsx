import Typography from '@mui/material/Typography';

import { messageOf } from '@/api/core/errors';
import { useDeleteSubscriber, useSubscribers } from '@/api/status-pages/status-pages';
import type { StatusPage, Subscriber } from '@/api/types';
import { ConfirmButton } from '@/components/confirm-button';
import { FocusFallback } from '@/components/focus-fallback';
import { List, ListRow } from '@/components/list';
import { Frame } from '@/components/panel';
import { QueryBoundary } from '@/components/query-boundary';
import { RelativeTime } from '@/components/relative-time';
import { ShowMore } from '@/components/show-more';
import { useNotify } from '@/components/snackbar';

function SubscriberRow({ page, subscriber }: { page: StatusPage; subscriber: Subscriber }) {
  const remove = useDeleteSubscriber(page.id, subscriber.id);
  const notify = useNotify();
  return (
    <ListRow
      action={
        <ConfirmButton
          label="Remove"
          confirmLabel="Remove permanently"
          of={subscriber.address}
          busy={remove.isPending}
          onConfirm={() =>
            remove.mutate(undefined, {
              onSuccess: ({ message }) => notify(message),
              onError: (error) => notify(messageOf(error), 'error'),
            })
          }
        />
      }
    >
      <span>{subscriber.address}</span>
      <Typography variant="caption" color="textSecondary" component="div">
        <RelativeTime moment={subscriber.confirmed} />
      </Typography>
    </ListRow>
  );
}

/** Who gets mails about the incidents of a status page. */
export function Subscribers({ page }: { page: StatusPage }) {
  const subscribers = useSubscribers(page.id);
  const pending = page.pending_subscribers;
  return (
    <Frame
      title="Subscribers"
      subtitle={pending > 0 ? `${pending} not confirmed yet` : 'They get mails about incidents.'}
    >
      <FocusFallback label="Subscribers">
        <QueryBoundary
          query={subscribers}
          minHeight={56}
          isEmpty={(all) => all.length === 0}
          empty={
            <Typography color="textSecondary">
              Nobody has subscribed yet. Visitors can do so at the end of the page.
            </Typography>
          }
        >
          {(all) => (
            <>
              <List label="Subscribers">
                {all.map((subscriber) => (
                  <SubscriberRow key={subscriber.id} page={page} subscriber={subscriber} />
                ))}
              </List>
              <ShowMore query={subscribers} />
            </>
          )}
        </QueryBoundary>
      </FocusFallback>
    </Frame>
  );
}
