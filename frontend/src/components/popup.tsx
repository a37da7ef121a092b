import type { ReactNode } from 'react';

import Popover from '@mui/material/Popover';

interface PopupProps {
  label: string;
  /** The button that it is attached to. */
  anchor: HTMLElement;
  onClose: () => void;
  children: ReactNode;
}

/** A small dialog attached to a button. */
export const Popup = ({ label, anchor, onClose, children }: PopupProps) => (
  <Popover
    open
    anchorEl={anchor}
    onClose={onClose}
    anchorOrigin={{ vertical: 'bottom', horizontal: 'left' }}
    slotProps={{
      paper: {
        role: 'dialog',
        'aria-label': label,
        sx: {
          mt: 0.5,
          border: 1,
          borderColor: 'divider',
          boxShadow: '0 8px 24px rgb(0 0 0 / 0.14)',
        },
      },
    }}
  >
    {children}
  </Popover>
);
