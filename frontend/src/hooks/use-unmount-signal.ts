import { useEffect, useRef } from 'react';

/**
 * Returns a function that returns a signal, which aborts when the component unmounts, such as a
 * cancelled dialog.
 */
export function useUnmountSignal(): () => AbortSignal {
  const controller = useRef(new AbortController());
  useEffect(() => {
    const current = new AbortController();
    controller.current = current;
    return () => current.abort();
  }, []);
  return () => controller.current.signal;
}
