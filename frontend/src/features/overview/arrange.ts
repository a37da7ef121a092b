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

/** Which dashboards are shown, and in what order. */
export interface Arrangement {
  search: string;
  /** All of these. */
  tags: readonly string[];
  order: Order;
}

export const parseArrangement = (params: URLSearchParams): Arrangement => ({
  search: params.get('search') ?? '',
  tags: [...new Set(params.getAll('tag'))],
  order: ORDERS.find((order) => order === params.get('order')) ?? 'name',
});

/** The tags of any dashboard, by name. */
export const tagsOf = (dashboards: readonly Dashboard[]): string[] =>
  [...new Set(dashboards.flatMap(({ tags }) => tags))].sort((one, other) =>
    one.localeCompare(other),
  );

type Ids = ReadonlySet<string>;

const LEVELS = ['bad', 'busy', 'good'] as const;

/** The order of trouble: an app that is down, an alert, a failed fetch, what is not certain yet. */
function rankOf(dashboard: Dashboard, alerted: Ids): number {
  if (dashboard.availability === 'down') return -2;
  return alerted.has(dashboard.id) ? -1 : LEVELS.indexOf(healthOf(dashboard).level);
}

/** Per mille of today's requests; smaller differences are noise. */
const errorsOf = ({ summary }: Dashboard) => Math.round((summary.error_rate ?? 0) * 1000);

const bySlowness = (one: Dashboard, other: Dashboard) =>
  (other.summary.p95 ?? -1) - (one.summary.p95 ?? -1);

type Comparison = (one: Dashboard, other: Dashboard, alerted: Ids) => number;

const COMPARISONS: Readonly<Record<Order, Comparison>> = {
  name: () => 0,
  visits: (one, other) => other.summary.visits_today - one.summary.visits_today,
  slowest: bySlowness,
  trouble: (one, other, alerted) =>
    rankOf(one, alerted) - rankOf(other, alerted) ||
    errorsOf(other) - errorsOf(one) ||
    bySlowness(one, other),
};

/**
 * Returns the dashboards that have the tags, and whose name, URL or tags contain the text.
 *
 * Favorites are first, each part is in order, and ties stay in their order.
 *
 * `alerted` has the ids of those with alerts.
 */
export function arrange(
  dashboards: readonly Dashboard[],
  { search, tags, order }: Arrangement,
  alerted: Ids = new Set(),
): Dashboard[] {
  const text = search.trim().toLowerCase();
  return dashboards
    .filter(
      (dashboard) =>
        [dashboard.name, dashboard.url, ...dashboard.tags].join(' ').toLowerCase().includes(text) &&
        tags.every((tag) => dashboard.tags.includes(tag)),
    )
    .sort(
      (one, other) =>
        Number(other.favorite) - Number(one.favorite) || COMPARISONS[order](one, other, alerted),
    );
}
