import type { Dashboard } from '@/api/types';
import { healthOf } from '@/api/dashboards/health';

export const ORDERS = ['name', 'visits', 'slowest', 'trouble'] as const;
export type Order = (typeof ORDERS)[number];

export const ORDER_NAMES: Readonly<Record<Order, string>> = {
  name: 'By name',
  visits: 'Most requests first',
  slowest: 'Slowest first',
  trouble: 'Problems first',
};

/** The search text and order of the dashboards. */
export interface Arrangement {
  search: string;
  order: Order;
}

export const parseArrangement = (params: URLSearchParams): Arrangement => ({
  search: params.get('search') ?? '',
  order: ORDERS.find((order) => order === params.get('order')) ?? 'name',
});

const LEVELS = ['bad', 'busy', 'good'] as const;

const byName = (one: Dashboard, other: Dashboard) =>
  one.name.localeCompare(other.name, undefined, { numeric: true });

const COMPARISONS: Readonly<Record<Order, (one: Dashboard, other: Dashboard) => number>> = {
  name: byName,
  visits: (one, other) => other.summary.visits_today - one.summary.visits_today,
  slowest: (one, other) => (other.summary.p95 ?? -1) - (one.summary.p95 ?? -1),
  trouble: (one, other) =>
    LEVELS.indexOf(healthOf(one).level) - LEVELS.indexOf(healthOf(other).level),
};

/**
 * Returns the dashboards whose name or URL contains the text, in order; ties are ordered by name.
 */
export function arrange(
  dashboards: readonly Dashboard[],
  { search, order }: Arrangement,
): Dashboard[] {
  const text = search.trim().toLowerCase();
  return dashboards
    .filter(({ name, url }) => `${name} ${url}`.toLowerCase().includes(text))
    .sort((one, other) => COMPARISONS[order](one, other) || byName(one, other));
}
