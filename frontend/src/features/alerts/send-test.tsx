import type { ReactNode } from 'react';

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';

import { useTestChannel } from '@/api/alerts/channels';
import { messageOf } from '@/api/core/errors';
import type { Channel, ChannelTest } from '@/api/types';
import { BusyButton } from '@/components/busy-button';
import { formatDuration } from '@/lib/format';

/** What became of a test, in words. */
export function testText({ ok, status, error, seconds }: ChannelTest): string {
  const took = formatDuration(seconds * 1000);
  const details = status === null ? took : `HTTP status ${status}, ${took}`;
  return ok
    ? `The other side accepted the test (${details}).`
    : `The test failed (${details}). ${error ?? ''}`.trimEnd();
}

interface SendTestProps {
  channel: Channel;
  /** More buttons. */
  children?: ReactNode;
}

/** Buttons of a channel, one of which sends a test and shows the true result below. */
export function SendTest({ channel, children }: SendTestProps) {
  const { mutate, isPending, data, error } = useTestChannel(channel.id);
  return (
    <Box sx={{ display: 'grid', gap: 1, minWidth: 0 }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
        <BusyButton
          variant="outlined"
          aria-label={`Send a test: ${channel.name}`}
          busy={isPending}
          onClick={() => mutate(undefined)}
        >
          Send a test
        </BusyButton>
        {children}
      </Box>
      <Box role="status" sx={{ overflowWrap: 'anywhere' }}>
        {!isPending && (data ?? error) && (
          <Alert severity={data?.ok ? 'success' : 'error'}>
            {data ? testText(data) : messageOf(error)}
          </Alert>
        )}
      </Box>
    </Box>
  );
}
