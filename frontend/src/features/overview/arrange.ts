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

/** The order of trouble: an app that is down, a failed fetch, what is not certain yet. */
const rankOf = (dashboard: Dashboard) =>
  dashboard.availability === 'down' ? -1 : LEVELS.indexOf(healthOf(dashboard).level);

/** Per mille of today's requests; smaller differences are noise. */
const errorsOf = ({ summary }: Dashboard) => Math.round((summary.error_rate ?? 0) * 1000);

const bySlowness = (one: Dashboard, other: Dashboard) =>
  (other.summary.p95 ?? -1) - (one.summary.p95 ?? -1);

const COMPARISONS: Readonly<Record<Order, (one: Dashboard, other: Dashboard) => number>> = {
  name: () => 0,
  visits: (one, other) => other.summary.visits_today - one.summary.visits_today,
  slowest: bySlowness,
  trouble: (one, other) =>
    rankOf(one) - rankOf(other) || errorsOf(other) - errorsOf(one) || bySlowness(one, other),
};

/**
 * Returns the dashboards whose name or URL contains the text, in order; ties stay in their order.
 */
export function arrange(
  dashboards: readonly Dashboard[],
  { search, order }: Arrangement,
): Dashboard[] {
  const text = search.trim().toLowerCase();
  return dashboards
    .filter(({ name, url }) => `${name} ${url}`.toLowerCase().includes(text))
    .sort((one, other) => COMPARISONS[order](one, other));
}
