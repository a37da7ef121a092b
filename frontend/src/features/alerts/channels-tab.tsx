import { useState } from 'react';

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';

import {
  useAskRecipient,
  useChangeChannel,
  useChannels,
  useDeleteChannel,
} from '@/api/alerts/channels';
import { messageOf } from '@/api/core/errors';
import type { Channel } from '@/api/types';
import { BusyButton } from '@/components/busy-button';
import { ConfirmButton } from '@/components/confirm-button';
import { FocusFallback } from '@/components/focus-fallback';
import { SavedSwitch } from '@/components/form/saved-switch';
import { Icon } from '@/components/icon';
import { List } from '@/components/list';
import { Notice } from '@/components/notice';
import { Frame } from '@/components/panel';
import { QueryBoundary } from '@/components/query-boundary';
import { RelativeTime } from '@/components/relative-time';
import { useNotify } from '@/components/snackbar';
import { ChannelDialog } from '@/features/alerts/channel-dialog';
import { KINDS } from '@/features/alerts/channel-kinds';
import { DeliveryLog } from '@/features/alerts/deliveries';
import { row } from '@/components/row';
import { SendTest } from '@/features/alerts/send-test';

/** Where the messages go: the first setting of the kind that is no secret. */
function targetOf({ kind, settings }: Channel): string | undefined {
  const shown = KINDS[kind].fields.find(({ secret }) => !secret);
  return shown && typeof settings[shown.name] === 'string'
    ? (settings[shown.name] as string)
    : undefined;
}

const History = ({ channel }: { channel: Channel }) => (
  <Typography
    variant="caption"
    color="textSecondary"
    component="div"
    sx={{ overflowWrap: 'anywhere' }}
  >
    {channel.last_success === null ? (
      'No message delivered yet'
    ) : (
      <>
        Last delivered <RelativeTime moment={channel.last_success} />
      </>
    )}
    {channel.failures > 0 &&
      ` · ${channel.failures} ${channel.failures === 1 ? 'failure' : 'failures'} in a row`}
    {channel.dropped > 0 && ` · ${channel.dropped} dropped, because too many were waiting`}
    {channel.last_error !== null && (
      <Box sx={{ color: 'error.main' }}>Last error: {channel.last_error}</Box>
    )}
  </Typography>
);

/** Whether the recipient of a mail channel has agreed, if that is required. */
function ConsentNote({ channel }: { channel: Channel }) {
  const ask = useAskRecipient(channel.id);
  const notify = useNotify();
  if (channel.consent === 'refused')
    return <Alert severity="error">The recipient does not want your alerts.</Alert>;
  if (channel.consent !== 'awaited') return null;
  return (
    <Alert
      severity="info"
      action={
        <BusyButton
          color="inherit"
          aria-label={`Ask again: ${channel.name}`}
          busy={ask.isPending}
          onClick={() =>
            ask.mutate(undefined, {
              onSuccess: ({ message }) => notify(message),
              onError: (error) => notify(messageOf(error), 'error'),
            })
          }
        >
          Ask again
        </BusyButton>
      }
    >
      Awaiting confirmation. The recipient was asked{' '}
      {channel.asked !== null && <RelativeTime moment={channel.asked} />}, and gets no alerts until
      then.
    </Alert>
  );
}

function EnabledSwitch({ channel }: { channel: Channel }) {
  const change = useChangeChannel(channel.id);
  const notify = useNotify();
  return (
    <SavedSwitch
      label={channel.enabled ? 'On' : 'Off'}
      of={channel.name}
      checked={channel.enabled}
      busy={change.isPending}
      save={(enabled) =>
        change.mutate({ enabled }, { onError: (error) => notify(messageOf(error), 'error') })
      }
    />
  );
}

function ChannelRow({ channel, onEdit }: { channel: Channel; onEdit: () => void }) {
  const [showsLog, setShowsLog] = useState(false);
  const remove = useDeleteChannel(channel.id);
  const notify = useNotify();
  return (
    <Box component="li" aria-label={channel.name} sx={row}>
      <Box sx={{ display: 'flex', alignItems: 'flex-start', gap: 1 }}>
        <Box sx={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
          <Typography component="h3" sx={{ fontWeight: 550 }}>
            {channel.name}
          </Typography>
          <Typography variant="body2">
            {[KINDS[channel.kind].name, targetOf(channel)].filter(Boolean).join(' · ')}
          </Typography>
          <History channel={channel} />
        </Box>
        <EnabledSwitch channel={channel} />
      </Box>
      <ConsentNote channel={channel} />
      <SendTest channel={channel}>
        <Button
          variant="outlined"
          aria-expanded={showsLog}
          aria-label={`Messages: ${channel.name}`}
          onClick={() => setShowsLog(!showsLog)}
        >
          Messages
        </Button>
        <Button variant="outlined" aria-label={`Edit: ${channel.name}`} onClick={onEdit}>
          Edit
        </Button>
        <ConfirmButton
          label="Delete"
          confirmLabel="Delete permanently"
          of={channel.name}
          busy={remove.isPending}
          onConfirm={() =>
            remove.mutate(undefined, {
              onSuccess: ({ message }) => notify(message),
              onError: (error) => notify(messageOf(error), 'error'),
            })
          }
        />
      </SendTest>
      {showsLog && <DeliveryLog channel={channel} />}
    </Box>
  );
}

/** The channels of the account. */
export function ChannelsTab() {
  const channels = useChannels();
  const [edited, setEdited] = useState<Channel | 'new' | null>(null);
  const add = (
    <Button variant="contained" startIcon={<Icon name="add" />} onClick={() => setEdited('new')}>
      Add channel
    </Button>
  );
  return (
    <Frame
      title="Channels"
      subtitle="How you are notified: by mail, webhook, chat or phone."
      actions={channels.data?.length ? add : undefined}
    >
      <FocusFallback label="Channels">
        <QueryBoundary
          query={channels}
          isEmpty={(all) => all.length === 0}
          empty={
            <Notice icon="bell" title="Nobody is notified yet" action={add}>
              Add a channel and send a test. Then let rules send their alerts there.
            </Notice>
          }
        >
          {(all) => (
            <List label="Channels">
              {all.map((channel) => (
                <ChannelRow key={channel.id} channel={channel} onEdit={() => setEdited(channel)} />
              ))}
            </List>
          )}
        </QueryBoundary>
      </FocusFallback>
      {edited && (
        <ChannelDialog
          channel={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(null)}
        />
      )}
    </Frame>
  );
}
