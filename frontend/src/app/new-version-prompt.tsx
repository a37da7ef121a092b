import { useState } from 'react';

import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Snackbar from '@mui/material/Snackbar';

/** At the top of the page, away from the snackbar: it stays until the user responds. */
export function NewVersionPrompt({ onLoad }: { onLoad: () => void }) {
  const [open, setOpen] = useState(true);
  return (
    <Snackbar open={open} anchorOrigin={{ vertical: 'top', horizontal: 'right' }} sx={{ mt: 6 }}>
      <Alert
        severity="info"
        onClose={() => setOpen(false)}
        sx={{ boxShadow: 6, alignItems: 'center' }}
      >
        A new version of PyDash is available.
        <Button onClick={onLoad} sx={{ ml: 1 }}>
          Reload
        </Button>
      </Alert>
    </Snackbar>
  );
}
