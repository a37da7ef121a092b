import { useCallback } from 'react';

import { useSearchParams } from 'react-router';

/**
 * A choice of one panel, kept in the URL under `name`, so that a reload or a shared link shows the
 * same; the default is left out.
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
