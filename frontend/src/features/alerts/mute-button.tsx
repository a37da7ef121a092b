import { useState } from 'react';

import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import type { UseMutationResult } from '@tanstack/react-query';

import { messageOf } from '@/api/core/errors';
import type { Message, Mute } from '@/api/types';
import { BusyButton } from '@/components/busy-button';
import { useNotify } from '@/components/snackbar';

const CHOICES: readonly { name: string; mute: Mute }[] = [
  { name: 'For 1 hour', mute: { seconds: 3_600 } },
  { name: 'For 8 hours', mute: { seconds: 28_800 } },
  { name: 'For a day', mute: { seconds: 86_400 } },
  { name: 'Until resolved', mute: { until_resolved: true } },
];

interface MuteButtonProps {
  /** What is muted, for screen readers. */
  of: string;
  isMuted: boolean;
  mutation: UseMutationResult<Message, Error, Mute>;
}

/** Sends no messages for some time, or sends them again. */
export function MuteButton({ of, isMuted, mutation }: MuteButtonProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const notify = useNotify();
  const send = (mute: Mute) => {
    setAnchor(null);
    mutation.mutate(mute, {
      onSuccess: ({ message }) => notify(message),
      onError: (error) => notify(messageOf(error), 'error'),
    });
  };
  return (
    <>
      <BusyButton
        variant="outlined"
        busy={mutation.isPending}
        aria-label={`${isMuted ? 'Unmute' : 'Mute'}: ${of}`}
        aria-haspopup={isMuted ? undefined : 'menu'}
        aria-expanded={isMuted ? undefined : anchor !== null}
        onClick={({ currentTarget }) => (isMuted ? send({ seconds: 0 }) : setAnchor(currentTarget))}
      >
        {isMuted ? 'Unmute' : 'Mute'}
      </BusyButton>
      {anchor && (
        <Menu open anchorEl={anchor} onClose={() => setAnchor(null)}>
          {CHOICES.map(({ name, mute }) => (
            <MenuItem key={name} onClick={() => send(mute)}>
              {name}
            </MenuItem>
          ))}
        </Menu>
      )}
    </>
  );
}
