import { useEffect, useRef } from 'react';

/** Answers a signal that is given when the component goes, as when its dialog is cancelled. */
export function useLeaving(): () => AbortSignal {
  const controller = useRef(new AbortController());
  useEffect(() => {
    const current = new AbortController();
    controller.current = current;
    return () => current.abort();
  }, []);
  return () => controller.current.signal;
}
