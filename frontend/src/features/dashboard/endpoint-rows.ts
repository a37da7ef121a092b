import type { EndpointFigures } from '@/api/get-endpoints';
import type { EndpointInfo } from '@/api/types';

export interface EndpointRow extends EndpointFigures {
  /** Whether the user does not want to see it. */
  hidden: boolean;
  /** Of all visits; null without any. */
  share: number | null;
}

const NO_CALLS = {
  numbers: {
    total_visits: 0,
    unique_visitors: 0,
    average_execution_time: null,
    median_execution_time: null,
    'ninety-fifth_percentile_execution_time': null,
    'ninety-ninth_percentile_execution_time': null,
    total_execution_time: 0,
    error_rate: null,
  },
  lastCall: null,
  visits: [],
};

const visitsOf = ({ numbers }: Pick<EndpointFigures, 'numbers'>) => numbers.total_visits ?? 0;

/** A row for every endpoint that is known or was called; shares are of the visits of them all. */
export function endpointRows(
  figures: readonly EndpointFigures[],
  known: readonly EndpointInfo[],
): EndpointRow[] {
  const total = figures.reduce((sum, one) => sum + visitsOf(one), 0);
  const byName = new Map(figures.map((one) => [one.name, one]));
  const hidden = new Map(known.map((endpoint) => [endpoint.name, endpoint.hidden]));
  const names = new Set([...hidden.keys(), ...byName.keys()]);
  return [...names].map((name) => {
    const found = byName.get(name) ?? { name, ...NO_CALLS };
    return {
      ...found,
      hidden: hidden.get(name) ?? false,
      share: total > 0 ? visitsOf(found) / total : null,
    };
  });
}
