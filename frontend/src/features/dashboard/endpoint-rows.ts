import type { GridSortModel } from '@mui/x-data-grid';

import type { KnownEndpoints } from '@/api/dashboards/endpoints';
import type { CalledEndpoints, EndpointFigures } from '@/api/statistics/groups';

export interface EndpointRow extends EndpointFigures {
  id: string;
  /** Whether the user has hidden it. */
  hidden: boolean;
  /** Whether the user has pinned it. */
  pinned: boolean;
  /** Whether the app monitors it. */
  enabled: boolean;
  /** The share of all requests; null if there are none. */
  share: number | null;
  /** How many endpoints of the app a merge rule has merged into it; undefined if none has. */
  merged?: number;
  /** Only of a blueprint: how many endpoints it has, and how many of these are hidden. */
  blueprint?: { endpoints: number; hidden: number };
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

const shareOf = ({ numbers }: Pick<EndpointFigures, 'numbers'>, visits: number) =>
  visits > 0 ? numbers.total_visits / visits : null;

/**
 * Returns a row per endpoint that is known or has requests; shares are of the requests to all
 * endpoints. If not all with requests are listed, the others would seem to have none, and are not.
 */
export function endpointRows(
  { endpoints, visits, isCut }: CalledEndpoints,
  known: KnownEndpoints,
): EndpointRow[] {
  const byName = new Map(endpoints.map((one) => [one.name, one]));
  const settings = new Map(known.endpoints.map((endpoint) => [endpoint.name, endpoint]));
  const merged = new Map(known.merged.map((one) => [one.name, { ...one, count: 0 }]));
  const names = new Set(byName.keys());
  for (const { name, merged_into: into } of known.endpoints) {
    const rule = into === null ? undefined : merged.get(into);
    if (rule) rule.count += 1;
    if (!isCut) names.add(rule?.name ?? name);
  }
  return [...names].map((name) => {
    const found = byName.get(name) ?? { name, ...NO_REQUESTS };
    const rule = merged.get(name);
    const { hidden = false, pinned = false } = rule ?? settings.get(name) ?? {};
    return {
      ...found,
      ...{ id: `endpoint ${name}`, hidden, pinned },
      enabled: rule !== undefined || (settings.get(name)?.enabled ?? true),
      share: shareOf(found, visits),
      merged: rule?.count,
    };
  });
}

/** Returns the blueprint of an endpoint, as the API names it; empty for those outside of any. */
export const blueprintOf = (name: string): string =>
  name.slice(0, Math.max(name.lastIndexOf('.'), 0));

function byBlueprint(rows: readonly EndpointRow[]): Map<string, EndpointRow[]> {
  const found = new Map<string, EndpointRow[]>();
  for (const row of rows) {
    const blueprint = blueprintOf(row.name);
    found.set(blueprint, [...(found.get(blueprint) ?? []), row]);
  }
  return found;
}

/** Returns a row per blueprint of the endpoints; its figures are those of all of its requests. */
export function blueprintRows(
  { endpoints: figures, visits }: CalledEndpoints,
  endpoints: readonly EndpointRow[],
): EndpointRow[] {
  const byName = new Map(figures.map((one) => [one.name, one]));
  return [...byBlueprint(endpoints)].map(([name, rows]) => {
    const found = byName.get(name) ?? { name, ...NO_REQUESTS };
    return {
      ...found,
      ...{ id: `blueprint ${name}`, hidden: false, pinned: false, enabled: true },
      share: shareOf(found, visits),
      blueprint: { endpoints: rows.length, hidden: rows.filter(({ hidden }) => hidden).length },
    };
  });
}

function valueOf({ name, share, lastCall, numbers }: EndpointRow, field: string) {
  if (field === 'name') return name.toLowerCase();
  if (field === 'share') return share;
  if (field === 'lastCall') return lastCall?.getTime() ?? null;
  return numbers[field as keyof EndpointRow['numbers']] ?? null;
}

/** Sorts rows by a column: pinned ones first, those without a value last. */
export function sortRows(rows: readonly EndpointRow[], [order]: GridSortModel): EndpointRow[] {
  const { field = 'name', sort = 'asc' } = order ?? {};
  const sign = sort === 'desc' ? -1 : 1;
  const keyed = rows.map((row) => ({ row, value: valueOf(row, field) }));
  keyed.sort(
    (one, other) =>
      Number(other.row.pinned) - Number(one.row.pinned) ||
      Number(one.value === null) - Number(other.value === null) ||
      (one.value !== null && other.value !== null && one.value !== other.value
        ? sign * (one.value < other.value ? -1 : 1)
        : one.row.name < other.row.name
          ? -1
          : 1),
  );
  return keyed.map(({ row }) => row);
}

/** Returns sorted blueprints, each followed by its sorted endpoints if it is open. */
export function nestRows(
  blueprints: readonly EndpointRow[],
  endpoints: readonly EndpointRow[],
  order: GridSortModel,
  isOpen: (blueprint: string) => boolean,
): EndpointRow[] {
  const members = byBlueprint(sortRows(endpoints, order));
  return sortRows(blueprints, order)
    .filter(({ name }) => members.has(name))
    .flatMap((row) => [row, ...(isOpen(row.name) ? (members.get(row.name) ?? []) : [])]);
}
