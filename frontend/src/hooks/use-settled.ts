import { useEffect, useState } from 'react';

const DELAY_MS = 400;

/** Returns a text once nobody has typed for a moment, so that not each key is a request. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(text), DELAY_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return settled;
}
