import Button, { type ButtonProps } from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';

interface BusyButtonProps extends Omit<ButtonProps, 'sx' | 'disabled' | 'loading'> {
  /** What the button began is not done yet. */
  busy?: boolean;
  /** There is nothing to do; unlike `disabled`, this leaves the focus where it is. */
  idle?: boolean;
}

const dimmed = { '&[aria-disabled=true]': { opacity: 0.5, cursor: 'default', boxShadow: 'none' } };

const spinner = { position: 'absolute', left: 'calc(50% - 9px)', top: 'calc(50% - 9px)' } as const;

/**
 * A button that does nothing more while it is busy, and keeps the focus meanwhile.
 *
 * A button that is disabled loses it, and who works with the keyboard begins anew at the top.
 */
export function BusyButton({ busy = false, idle = false, ...props }: BusyButtonProps) {
  const { onClick, children, ...button } = props;
  const isOff = busy || idle;
  return (
    <Button
      {...button}
      aria-disabled={isOff}
      aria-busy={busy}
      sx={dimmed}
      onClick={(event) => (isOff ? event.preventDefault() : onClick?.(event))}
    >
      {children}
      {busy && <CircularProgress aria-hidden size={18} color="inherit" sx={spinner} />}
    </Button>
  );
}
