import { useId, type ReactNode } from 'react';

import Box from '@mui/material/Box';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import useMediaQuery from '@mui/material/useMediaQuery';

interface TallDialogProps {
  title: string;
  maxWidth?: 'xs' | 'sm';
  /** Undefined: only its buttons close it. */
  onClose: (() => void) | undefined;
  /** Buttons below the content, if they are not part of a form. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A dialog with a form or a list, which fills the screen of a phone. */
export function TallDialog({
  title,
  maxWidth = 'sm',
  onClose,
  actions,
  children,
}: TallDialogProps) {
  const fullScreen = useMediaQuery('(max-width: 599px)');
  const titleId = useId();
  return (
    <Dialog
      open
      onClose={onClose}
      fullWidth
      maxWidth={maxWidth}
      fullScreen={fullScreen}
      aria-labelledby={titleId}
    >
      <DialogTitle id={titleId}>{title}</DialogTitle>
      <DialogContent>
        <Box sx={{ pt: 1 }}>{children}</Box>
      </DialogContent>
      {actions && <DialogActions>{actions}</DialogActions>}
    </Dialog>
  );
}
