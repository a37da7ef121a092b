import { use, useCallback } from 'react';

import {
  UNSAFE_DataRouterContext as DataRouterContext,
  useLocation,
  useNavigate,
  useSearchParams,
} from 'react-router';

/**
 * Returns the parameters of the URL, and a function to change them.
 *
 * Unlike that of `useSearchParams`, it keeps the fragment, which has the token of a read-only link,
 * and two changes in quick succession: the router renders the first one when it finds the time, so
 * the second is made to where the router is, not to what is rendered.
 */
export function useUrlParams() {
  const [params] = useSearchParams();
  const { hash } = useLocation();
  const navigate = useNavigate();
  const router = use(DataRouterContext)?.router;
  const change = useCallback(
    (changed: (before: URLSearchParams) => URLSearchParams, replace = false) => {
      const before = router ? new URLSearchParams(router.state.location.search) : params;
      void navigate({ search: changed(before).toString(), hash }, { replace });
    },
    [params, hash, navigate, router],
  );
  return [params, change] as const;
}
