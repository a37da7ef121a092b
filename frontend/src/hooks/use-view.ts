import { useCallback, useMemo } from 'react';

import { useSearchParams } from 'react-router';

import { parseView, replaceView, viewParams, type View } from '@/api/statistics/view';
import type { CallField } from '@/api/types';

/** The view of this page, which lives in the URL, and how to change it. */
export function useView() {
  const [params, setParams] = useSearchParams();
  const view = useMemo(() => parseView(params), [params]);
  const change = useCallback(
    (part: Partial<View>) =>
      setParams((before) => replaceView(before, viewParams({ ...view, ...part }))),
    [view, setParams],
  );
  /** Shows only what has this value; undefined shows all again. */
  const filter = useCallback(
    (name: CallField, value: string | undefined) =>
      change({ filters: { ...view.filters, [name]: value } }),
    [view, change],
  );
  return { view, change, filter };
}

/** The search string that carries the present view to another page: "?range=30d". */
export function useViewSearch(): string {
  const { view } = useView();
  const search = viewParams(view).toString();
  return search && `?${search}`;
}
