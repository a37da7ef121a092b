import { createContext, useCallback, useContext, useState, type ReactNode } from 'react';

import Alert from '@mui/material/Alert';
import Snackbar from '@mui/material/Snackbar';

import { playSound } from '@/lib/sounds';

type Severity = 'success' | 'error';
type Notify = (message: string, severity?: Severity) => void;

interface Message {
  text: string;
  severity: Severity;
  at: number;
}

const SHOWN_MS = { success: 4_000, error: 8_000 } as const;

const NotifyContext = createContext<Notify>(() => undefined);

/** Shows a short message at the foot of the page; the newest takes the place of the one before. */
export function SnackbarProvider({ children }: { children: ReactNode }) {
  const [message, setMessage] = useState<Message | null>(null);
  const [open, setOpen] = useState(false);
  const notify = useCallback<Notify>((text, severity = 'success') => {
    playSound(severity);
    setMessage({ text, severity, at: Date.now() });
    setOpen(true);
  }, []);
  return (
    <NotifyContext value={notify}>
      {children}
      <Snackbar
        key={message?.at}
        open={open}
        autoHideDuration={SHOWN_MS[message?.severity ?? 'success']}
        onClose={(_, reason) => reason !== 'clickaway' && setOpen(false)}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'center' }}
        sx={{ mb: { xs: 7, md: 0 } }}
      >
        <Alert severity={message?.severity} variant="filled" onClose={() => setOpen(false)}>
          {message?.text}
        </Alert>
      </Snackbar>
    </NotifyContext>
  );
}

/** Tells the user in passing that something was done, or was not. */
export const useNotify = () => useContext(NotifyContext);
