import {
  createContext,
  lazy,
  Suspense,
  useCallback,
  useContext,
  useState,
  type ReactNode,
} from 'react';

import { playSound } from '@/lib/sounds';

export interface SnackbarMessage {
  text: string;
  severity: 'success' | 'error' | 'info';
}

type Notify = (text: string, severity?: SnackbarMessage['severity']) => void;

const SnackbarView = lazy(async () => ({
  default: (await import('@/components/snackbar-view')).SnackbarView,
}));

const NotifyContext = createContext<Notify>(() => undefined);

/** Shows short messages at the bottom of the page; a new one replaces the previous one. */
export function SnackbarProvider({ children }: { children: ReactNode }) {
  const [messages, setMessages] = useState<readonly SnackbarMessage[]>([]);
  const notify = useCallback<Notify>((text, severity = 'success') => {
    if (severity !== 'info') playSound(severity);
    setMessages((before) => [...before, { text, severity }]);
  }, []);
  const newest = messages.at(-1);
  return (
    <NotifyContext value={notify}>
      {children}
      {newest && (
        <Suspense>
          <SnackbarView key={messages.length} message={newest} />
        </Suspense>
      )}
    </NotifyContext>
  );
}

/** Returns a function that shows a short message. */
export const useNotify = () => useContext(NotifyContext);
