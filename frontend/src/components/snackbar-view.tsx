import { useState } from 'react';

import Alert from '@mui/material/Alert';
import Snackbar from '@mui/material/Snackbar';

import type { SnackbarMessage } from '@/components/snackbar';

const SHOWN_MS = { success: 4_000, error: 8_000, info: 8_000 } as const;

/** A message at the bottom of the page that closes automatically. */
export function SnackbarView({ message }: { message: SnackbarMessage }) {
  const { text, severity } = message;
  const [open, setOpen] = useState(true);
  const close = () => setOpen(false);
  return (
    <Snackbar
      open={open}
      autoHideDuration={SHOWN_MS[severity]}
      onClose={(_, reason) => reason !== 'clickaway' && close()}
      anchorOrigin={{ vertical: 'bottom', horizontal: 'center' }}
      sx={{ mb: { xs: 7, md: 0 } }}
    >
      <Alert severity={severity} onClose={close} sx={{ boxShadow: 6, alignItems: 'center' }}>
        {text}
      </Alert>
    </Snackbar>
  );
}
