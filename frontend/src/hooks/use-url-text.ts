import { useCallback } from 'react';

import { useSearchParams } from 'react-router';

/**
 * Keeps a choice in the URL under `name`, so that reloads and shared links preserve it; the default
 * is omitted.
 */
export function useUrlText(name: string, fallback: string) {
  const [params, setParams] = useSearchParams();
  const choose = useCallback(
    (text: string) =>
      setParams((before) => {
        const after = new URLSearchParams(before);
        if (text === fallback) after.delete(name);
        else after.set(name, text);
        return after;
      }),
    [name, fallback, setParams],
  );
  return [params.get(name) ?? fallback, choose] as const;
}
