import type { Series } from '@/components/charts/series';
import { useChartChoices } from '@/components/charts/use-chart-choices';

/** Which series of a chart are shown: the legend hides one, or isolates it. */
export function useLegend(series: readonly Series[]) {
  const { choices, choose } = useChartChoices();
  const { hidden } = choices;
  const others = (id: string) => series.map((one) => one.id).filter((other) => other !== id);
  const toggle = (id: string) =>
    choose(({ hidden: before }) => ({
      hidden: new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]),
    }));
  const isolate = (id: string) =>
    choose(({ hidden: before }) => {
      const isAlone = !before.has(id) && others(id).every((other) => before.has(other));
      return { hidden: new Set(isAlone ? [] : others(id)) };
    });
  return {
    isShown: ({ id }: Series) => !hidden.has(id),
    legend: { hidden, onToggle: toggle, onIsolate: isolate },
  };
}
