import type { CalledEndpoints, EndpointFigures } from '@/api/statistics/groups';
import type { EndpointInfo } from '@/api/types';

export interface EndpointRow extends EndpointFigures {
  /** Whether the user has hidden it. */
  hidden: boolean;
  /** Whether the app monitors it. */
  enabled: boolean;
  /** The share of all requests; null if there are none. */
  share: number | null;
}

const NO_REQUESTS = {
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

/**
 * Returns a row per endpoint that is known or has requests; shares are of the requests to all
 * endpoints.
 */
export function endpointRows(
  { endpoints, visits }: CalledEndpoints,
  known: readonly EndpointInfo[],
): EndpointRow[] {
  const byName = new Map(endpoints.map((one) => [one.name, one]));
  const settings = new Map(known.map((endpoint) => [endpoint.name, endpoint]));
  const names = new Set([...settings.keys(), ...byName.keys()]);
  return [...names].map((name) => {
    const found = byName.get(name) ?? { name, ...NO_REQUESTS };
    return {
      ...found,
      hidden: settings.get(name)?.hidden ?? false,
      enabled: settings.get(name)?.enabled ?? true,
      share: visits > 0 ? found.numbers.total_visits / visits : null,
    };
  });
}
