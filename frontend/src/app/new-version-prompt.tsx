import { useState } from 'react';

import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Snackbar from '@mui/material/Snackbar';

/** Not at the foot of the page, where messages come and go: it stays until it is answered. */
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
