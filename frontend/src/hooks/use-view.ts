import { useCallback, useMemo } from 'react';

import { useUrlParams } from '@/hooks/use-url-params';
import { useZone } from '@/hooks/use-zone';
import { parseView, rangeBetween, replaceView, viewParams, type View } from '@/api/statistics/view';
import type { CallField } from '@/api/types';

/** Returns the view of this page, which is kept in the URL, and functions to change it. */
export function useView() {
  const [params, setParams] = useUrlParams();
  const zone = useZone();
  const view = useMemo(() => parseView(params, zone), [params, zone]);
  const change = useCallback(
    (part: Partial<View>) =>
      setParams((before) => replaceView(before, viewParams({ ...view, ...part }))),
    [view, setParams],
  );
  /** Sets a filter; undefined removes it. */
  const filter = useCallback(
    (name: CallField, value: string | undefined) =>
      change({ filters: { ...view.filters, [name]: value } }),
    [view, change],
  );
  /** Changes the range from a chart; `zoomedFrom` keeps the one before. */
  const zoom = useCallback(
    (start: number | undefined, end: number | undefined) => {
      if (start === undefined || end === undefined) return;
      const range = rangeBetween(new Date(start), new Date(end), view.zone);
      const zoomedFrom = view.zoomedFrom ?? view.range;
      if (range) change({ range, zoomedFrom, timeslice: 'auto' });
    },
    [view, change],
  );
  return { view, change, filter, zoom };
}

/** Returns the search string of the current view, for links: "?range=30d". */
export function useViewSearch(): string {
  const { view } = useView();
  const search = viewParams(view).toString();
  return search && `?${search}`;
}
