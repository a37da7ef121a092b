import { useId, type ReactNode } from 'react';

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';

import { CodeBlock } from '@/components/code-block';

interface SecretDialogProps {
  title: string;
  /** What is created, as in "the token". */
  what: string;
  /** The title and the secret of what was created; undefined before. */
  created?: { name: string; secret: string };
  onClose: () => void;
  /** The form that creates it. */
  children: ReactNode;
}

/** Creates what has a secret, and shows the secret once. */
export function SecretDialog({ title, what, created, onClose, children }: SecretDialogProps) {
  const titleId = useId();
  return (
    // Once the secret is shown, only the button closes the dialog: a stray click would lose it.
    <Dialog
      open
      onClose={created ? undefined : onClose}
      fullWidth
      maxWidth="xs"
      aria-labelledby={titleId}
    >
      <DialogTitle id={titleId}>{created?.name ?? title}</DialogTitle>
      <DialogContent>
        <Box sx={{ pt: 1 }}>
          {created ? (
            <Box sx={{ display: 'grid', gap: 2 }}>
              <Alert severity="warning">Copy {what} now. It will not be shown again.</Alert>
              <CodeBlock label={what} code={created.secret} />
              <Box>
                <Button variant="contained" onClick={onClose}>
                  Done
                </Button>
              </Box>
            </Box>
          ) : (
            children
          )}
        </Box>
      </DialogContent>
    </Dialog>
  );
}
