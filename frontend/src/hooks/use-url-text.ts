import { useCallback } from 'react';

import { useUrlParams } from '@/hooks/use-url-params';

/**
 * Keeps a choice in the URL under `name`, so that reloads and shared links preserve it; the default
 * is omitted.
 *
 * @param replace whether a choice replaces the one before in the browser's history
 */
export function useUrlText(name: string, fallback: string, replace = false) {
  const [params, setParams] = useUrlParams();
  const choose = useCallback(
    (text: string) =>
      setParams((before) => {
        const after = new URLSearchParams(before);
        if (text === fallback) after.delete(name);
        else after.set(name, text);
        return after;
      }, replace),
    [name, fallback, replace, setParams],
  );
  return [params.get(name) ?? fallback, choose] as const;
}
