import { useMemo } from 'react';

import { useUrlParams } from '@/hooks/use-url-params';

/** The parameters of the URL; each is repeated for each panel, and `hide` for each series. */
const TABLE = 'table';
const LOG = 'log';
const HIDE = 'hide';

export interface PanelChoices {
  /** Whether its table is shown instead of its chart. */
  isTable: boolean;
  /** Whether the axis of values is logarithmic. */
  isLog: boolean;
  /** The ids of the series that are hidden. */
  hidden: ReadonlySet<string>;
}

/** Returns all parameters but some values of one, and the new values of it. */
function replaced(
  before: URLSearchParams,
  name: string,
  isOld: (value: string) => boolean,
  values: readonly string[],
): URLSearchParams {
  const others = [...before].filter(([one, value]) => one !== name || !isOld(value));
  return new URLSearchParams([...others, ...values.map((value) => [name, value])]);
}

/** The values of `hide` for a panel begin with this. */
const seriesOf = (panel: string) => `${panel}:`;

function parse(params: URLSearchParams, panel: string): PanelChoices {
  const start = seriesOf(panel);
  const series = params.getAll(HIDE).filter((value) => value.startsWith(start));
  return {
    isTable: params.getAll(TABLE).includes(panel),
    isLog: params.getAll(LOG).includes(panel),
    hidden: new Set(series.map((value) => value.slice(start.length))),
  };
}

/**
 * Keeps what a user has chosen to see of a panel in the URL, so that reloads and shared links
 * preserve it.
 *
 * @param panel the title of the panel, which no other one on the page has
 */
export function usePanelChoices(panel: string) {
  const [params, setParams] = useUrlParams();
  const choices = useMemo(() => parse(params, panel), [params, panel]);
  const choose = (change: (before: PanelChoices) => Partial<PanelChoices>) => {
    const start = seriesOf(panel);
    const isThis = (value: string) => value === panel;
    const isOfThis = (value: string) => value.startsWith(start);
    setParams((before) => {
      const former = parse(before, panel);
      const { isTable, isLog, hidden } = { ...former, ...change(former) };
      const tables = replaced(before, TABLE, isThis, isTable ? [panel] : []);
      const scales = replaced(tables, LOG, isThis, isLog ? [panel] : []);
      return replaced(
        scales,
        HIDE,
        isOfThis,
        [...hidden].map((id) => start + id),
      );
    }, true);
  };
  return { choices, choose };
}
