import { useRef, useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';

import { BusyButton } from '@/components/busy-button';

interface ConfirmButtonProps {
  label: string;
  /** The label of the confirmation. */
  confirmLabel: string;
  /** The target of the action, for screen readers. */
  of: string;
  busy: boolean;
  onConfirm: () => void;
}

/** A button for an action that cannot be undone: the first click asks for confirmation in place. */
export function ConfirmButton({ label, confirmLabel, of, busy, onConfirm }: ConfirmButtonProps) {
  const [asking, setAsking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const cancel = () => {
    button.current?.focus();
    setAsking(false);
  };
  const text = asking ? confirmLabel : label;
  return (
    <Box
      sx={{ display: 'flex', flexWrap: 'wrap', justifyContent: 'flex-end', gap: 1 }}
      onKeyDown={({ key }) => key === 'Escape' && cancel()}
    >
      {asking && !busy && <Button onClick={cancel}>Cancel</Button>}
      <BusyButton
        ref={button}
        variant={asking ? 'contained' : 'outlined'}
        color={asking ? 'error' : 'primary'}
        aria-label={`${text}: ${of}`}
        busy={busy}
        // The second click of a double click does not confirm.
        onClick={({ detail }) => (asking ? detail < 2 && onConfirm() : setAsking(true))}
      >
        {text}
      </BusyButton>
    </Box>
  );
}
