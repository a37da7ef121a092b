import { useState } from 'react';

import type { Series } from '@/components/charts/series';

/** Which series of a chart are shown: the legend hides one, or isolates it. */
export function useLegend(series: readonly Series[]) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const ids = series.map(({ id }) => id);
  const toggle = (id: string) =>
    setHidden(
      (before) =>
        new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]),
    );
  const isolate = (id: string) =>
    setHidden((before) => {
      const isAlone = ids.every((other) => before.has(other) === (other !== id));
      return new Set(isAlone ? [] : ids.filter((other) => other !== id));
    });
  return {
    isShown: ({ id }: Series) => !hidden.has(id),
    legend: { hidden, onToggle: toggle, onIsolate: isolate },
  };
}
