import Button, { type ButtonProps } from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';

interface BusyButtonProps extends Omit<ButtonProps, 'sx' | 'disabled' | 'loading'> {
  /** Whether the action is in progress. */
  busy?: boolean;
  /** Whether there is nothing to do; unlike `disabled`, this keeps the focus. */
  idle?: boolean;
}

const dimmed = { '&[aria-disabled=true]': { opacity: 0.5, cursor: 'default', boxShadow: 'none' } };

const spinner = { position: 'absolute', left: 'calc(50% - 9px)', top: 'calc(50% - 9px)' } as const;

/**
 * A button that ignores clicks while busy and keeps the focus.
 *
 * A disabled button loses the focus, which sends keyboard users back to the top of the page.
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
