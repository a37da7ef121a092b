import Typography from '@mui/material/Typography';

import { useDeleteSession, useSessions } from '@/api/account/sessions';
import { messageOf } from '@/api/core/errors';
import type { BrowserSession } from '@/api/types';
import { BusyButton } from '@/components/busy-button';
import { QueryBoundary } from '@/components/query-boundary';
import { FocusFallback } from '@/components/focus-fallback';
import { Frame } from '@/components/panel';
import { RelativeTime } from '@/components/relative-time';
import { useNotify } from '@/components/snackbar';
import { browserName } from '@/features/settings/browser-name';
import { List, ListRow } from '@/components/list';

function Session({ session }: { session: BrowserSession }) {
  const remove = useDeleteSession();
  const notify = useNotify();
  const name = browserName(session.user_agent);
  const end = () =>
    remove.mutate(session.id, {
      onSuccess: ({ message }) => notify(message),
      onError: (error) => notify(messageOf(error), 'error'),
    });
  return (
    <ListRow
      action={
        !session.current && (
          <BusyButton
            variant="outlined"
            aria-label={`Sign out of ${name}`}
            busy={remove.isPending}
            onClick={end}
          >
            Sign out
          </BusyButton>
        )
      }
    >
      <span>{name}</span>
      <Typography variant="caption" color="textSecondary" component="div">
        {session.current ? (
          'This browser'
        ) : (
          <>
            Last seen <RelativeTime moment={session.last_seen} />
          </>
        )}
      </Typography>
    </ListRow>
  );
}

/** The active sessions of the user. */
export function SessionsSection() {
  const sessions = useSessions();
  return (
    <Frame title="Active sessions">
      <FocusFallback label="Sessions">
        <QueryBoundary query={sessions} minHeight={56}>
          {(all) => (
            <List label="Sessions">
              {all.map((session) => (
                <Session key={session.id} session={session} />
              ))}
            </List>
          )}
        </QueryBoundary>
      </FocusFallback>
    </Frame>
  );
}
