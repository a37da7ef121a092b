/* Where the pages are. */

export const OVERVIEW = '/';

/** The login page, which leads on to the page `next` of this site. */
export const loginPath = (next = OVERVIEW): string =>
  next === OVERVIEW ? '/login' : `/login?${new URLSearchParams({ next }).toString()}`;

/** The page to go to after signing in: `next` if it lies on this site, else the overview. */
export function safeNext(next: string | null): string {
  if (next === null) return OVERVIEW;
  const { origin } = window.location;
  const isHere = URL.canParse(next, origin) && new URL(next, origin).origin === origin;
  return isHere && next.startsWith('/') ? next : OVERVIEW;
}

export type DashboardTab = 'endpoints' | 'versions' | 'uptime' | 'settings';

export const dashboardPage = (id: string, tab?: DashboardTab): string =>
  `/dashboards/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`;

export const endpointPage = (id: string, endpoint: string): string =>
  `${dashboardPage(id, 'endpoints')}/${encodeURIComponent(endpoint)}`;
