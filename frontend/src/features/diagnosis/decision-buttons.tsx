import { useState } from 'react';

import Box from '@mui/material/Box';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';

import { messageOf } from '@/api/core/errors';
import { useDecide, type Decision } from '@/api/diagnosis/exceptions';
import { useVersions } from '@/api/statistics/history';
import type { ExceptionGroup, ExceptionGroupMessage } from '@/api/types';
import { BusyButton } from '@/components/busy-button';
import { Icon } from '@/components/icon';
import { useNotify } from '@/components/snackbar';
import { DecisionDialog, type ValueName } from '@/features/diagnosis/decision-dialog';

interface Choice {
  name: string;
  /** What is decided, or the name of the value to ask for. */
  is: Decision | ValueName;
}

const IGNORE: readonly Choice[] = [
  { name: 'For ever', is: { action: 'ignore', body: { forever: true } } },
  { name: 'Until a date…', is: 'until' },
  { name: 'Until more have come…', is: 'times' },
];

const resolveChoices = (newest: string | undefined): readonly Choice[] => [
  { name: 'Now', is: { action: 'resolve', body: {} } },
  ...(newest
    ? [
        {
          name: `In the newest version, ${newest}`,
          is: { action: 'resolve', body: { in_version: newest } } as const,
        },
      ]
    : []),
  { name: 'In another version…', is: 'in_version' },
];

interface ChoiceButtonProps {
  label: string;
  choices: readonly Choice[];
  busy: boolean;
  onChoose: (is: Choice['is']) => void;
}

function ChoiceButton({ label, choices, busy, onChoose }: ChoiceButtonProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <BusyButton
        variant="outlined"
        busy={busy}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        endIcon={<Icon name="expand" size={14} />}
        onClick={({ currentTarget }) => setAnchor(currentTarget)}
      >
        {label}
      </BusyButton>
      {anchor && (
        <Menu open anchorEl={anchor} onClose={() => setAnchor(null)}>
          {choices.map(({ name, is }) => (
            <MenuItem
              key={name}
              sx={{ overflowWrap: 'anywhere', whiteSpace: 'normal' }}
              onClick={() => {
                setAnchor(null);
                onChoose(is);
              }}
            >
              {name}
            </MenuItem>
          ))}
        </Menu>
      )}
    </>
  );
}

/** Resolves, ignores or reopens a group of exceptions. */
export function DecisionButtons({ group }: { group: ExceptionGroup }) {
  const [asked, setAsked] = useState<ValueName | null>(null);
  const versions = useVersions(group.dashboard_id).data;
  const { mutate, mutateAsync, isPending } = useDecide(group.dashboard_id, group.id);
  const notify = useNotify();
  const choose = (is: Choice['is']) => {
    if (typeof is === 'string') return setAsked(is);
    mutate(is, {
      onSuccess: ({ message }) => notify(message),
      onError: (error) => notify(messageOf(error), 'error'),
    });
  };
  const close = () => setAsked(null);
  const done = ({ message }: ExceptionGroupMessage) => {
    notify(message);
    close();
  };
  const { state } = group;
  return (
    <Box sx={{ display: 'flex', gap: 1 }}>
      {state !== 'resolved' && (
        <ChoiceButton
          label="Resolve"
          choices={resolveChoices(versions?.at(-1)?.name)}
          busy={isPending}
          onChoose={choose}
        />
      )}
      {state !== 'ignored' && (
        <ChoiceButton label="Ignore" choices={IGNORE} busy={isPending} onChoose={choose} />
      )}
      {(state === 'resolved' || state === 'ignored') && (
        <BusyButton
          variant="outlined"
          busy={isPending}
          onClick={() => choose({ action: 'reopen', body: {} })}
        >
          Reopen
        </BusyButton>
      )}
      {asked && <DecisionDialog name={asked} decide={mutateAsync} onDone={done} onClose={close} />}
    </Box>
  );
}
