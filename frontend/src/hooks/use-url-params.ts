import { useCallback } from 'react';

import { useLocation, useNavigate, useSearchParams } from 'react-router';

/**
 * Returns the parameters of the URL, and a function to change them.
 *
 * Unlike that of `useSearchParams`, it keeps the fragment, which has the token of a read-only link.
 */
export function useUrlParams() {
  const [params] = useSearchParams();
  const { hash } = useLocation();
  const navigate = useNavigate();
  const change = useCallback(
    (changed: (before: URLSearchParams) => URLSearchParams, replace = false) =>
      void navigate({ search: changed(params).toString(), hash }, { replace }),
    [params, hash, navigate],
  );
  return [params, change] as const;
}
