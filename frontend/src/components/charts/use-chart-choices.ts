import { createContext, use, useState } from 'react';

/** What a user has chosen to see of a chart. */
export interface ChartChoices {
  /** The ids of the series that are hidden. */
  hidden: ReadonlySet<string>;
  /** Whether the axis of values is logarithmic. */
  isLog: boolean;
}

interface ChosenCharts {
  choices: ChartChoices;
  choose: (change: (before: ChartChoices) => Partial<ChartChoices>) => void;
}

/** Where the choices are kept; without it, a chart keeps its own until it is left. */
export const ChosenChartsContext = createContext<ChosenCharts | undefined>(undefined);

export function useChartChoices(): ChosenCharts {
  const kept = use(ChosenChartsContext);
  const [choices, setChoices] = useState<ChartChoices>({ hidden: new Set(), isLog: false });
  return (
    kept ?? {
      choices,
      choose: (change) => setChoices((before) => ({ ...before, ...change(before) })),
    }
  );
}
