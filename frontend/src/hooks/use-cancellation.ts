import { useEffect, useRef } from 'react';

/** Answers a signal that is given when the component goes: what it began shall not go on. */
export function useCancellation(): () => AbortSignal {
  const controller = useRef(new AbortController());
  useEffect(() => {
    const current = new AbortController();
    controller.current = current;
    return () => current.abort();
  }, []);
  return () => controller.current.signal;
}
