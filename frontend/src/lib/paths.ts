/* The paths of the pages. */

export const OVERVIEW = '/';
export const ACTIVITY = '/activity';
export const ALERTS = '/alerts';
export const STATUS_PAGES = '/status-pages';
export const USAGE = '/usage';
export const SYSTEM = '/system';

/** Returns the path of the login page, which redirects to `next`. */
export const loginPath = (next = OVERVIEW): string =>
  next === OVERVIEW ? '/login' : `/login?${new URLSearchParams({ next }).toString()}`;

/**
 * Returns the path to open after signing in: `next` if it is on this site, otherwise the overview.
 */
export function safeNext(next: string | null): string {
  if (next === null) return OVERVIEW;
  const { origin } = window.location;
  const isHere = URL.canParse(next, origin) && new URL(next, origin).origin === origin;
  return isHere && next.startsWith('/') ? next : OVERVIEW;
}

export const statusPagePath = (id: string): string => `${STATUS_PAGES}/${encodeURIComponent(id)}`;

export type DashboardTab =
  'endpoints' | 'versions' | 'trends' | 'compare' | 'uptime' | 'activity' | 'usage' | 'settings';

export const dashboardPage = (id: string, tab?: DashboardTab): string =>
  `/dashboards/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`;

/** Returns the path of the events of a dashboard that match a filter. */
export const activityTab = (id: string, filter: { event: string; until: string }): string =>
  `${dashboardPage(id, 'activity')}?${new URLSearchParams(filter).toString()}`;

export const endpointPage = (id: string, endpoint: string): string =>
  `${dashboardPage(id, 'endpoints')}/${encodeURIComponent(endpoint)}`;
