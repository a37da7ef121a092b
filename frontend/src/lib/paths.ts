/* The paths of the pages. */
import { ROOT } from '@/lib/root';

export const OVERVIEW = '/';
export const ACTIVITY = '/activity';
export const ALERTS = '/alerts';
export const EXCEPTIONS = '/exceptions';
export const STATUS_PAGES = '/status-pages';
export const USAGE = '/usage';
export const SYSTEM = '/system';

/** Whether a page is that of a read-only link, for people without an account. */
export const isSharedPage = (pathname: string): boolean => pathname === `${ROOT}shared`;

/** The overview with the dialog that adds a dashboard. */
export const ADD_DASHBOARD = '/?add';

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
  | 'endpoints'
  | 'versions'
  | 'trends'
  | 'compare'
  | 'exceptions'
  | 'slow-requests'
  | 'profiles'
  | 'graphs'
  | 'uptime'
  | 'activity'
  | 'usage'
  | 'settings';

interface NamedTab {
  /** The last part of its path; the first tab has none. */
  tab: DashboardTab | undefined;
  name: string;
}

/** The tabs of a dashboard, in order. */
export const DASHBOARD_TABS: readonly [NamedTab, ...NamedTab[]] = [
  { tab: undefined, name: 'Statistics' },
  { tab: 'endpoints', name: 'Endpoints' },
  { tab: 'versions', name: 'Versions' },
  { tab: 'trends', name: 'Trends' },
  { tab: 'compare', name: 'Compare' },
  { tab: 'exceptions', name: 'Exceptions' },
  { tab: 'slow-requests', name: 'Slow requests' },
  { tab: 'profiles', name: 'Profiles' },
  { tab: 'graphs', name: 'Graphs' },
  { tab: 'uptime', name: 'Uptime' },
  { tab: 'activity', name: 'Activity' },
  { tab: 'usage', name: 'Usage' },
  { tab: 'settings', name: 'Settings' },
];

export const dashboardPage = (id: string, tab?: DashboardTab): string =>
  `/dashboards/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`;

/** Returns the path of the events of a dashboard that match a filter. */
export const activityTab = (id: string, filter: { event: string; until: string }): string =>
  `${dashboardPage(id, 'activity')}?${new URLSearchParams(filter).toString()}`;

/** Returns the path of the verdict on a version. */
export const versionPage = (id: string, version: string): string =>
  `${dashboardPage(id, 'versions')}?${new URLSearchParams({ judged: version }).toString()}`;

/** Returns the path of all requests of two versions side by side; by default, of the latest two. */
export const comparedVersions = (id: string, versions?: { of: string; against: string }): string =>
  `${dashboardPage(id, 'versions')}/compare?${new URLSearchParams({ range: 'all', ...versions }).toString()}`;

export const endpointPage = (id: string, endpoint: string): string =>
  `${dashboardPage(id, 'endpoints')}/${encodeURIComponent(endpoint)}`;

export const exceptionPage = (id: string, group: string): string =>
  `${dashboardPage(id, 'exceptions')}/${encodeURIComponent(group)}`;

/** Returns the path of all requests of a version to an endpoint. */
export const endpointOfVersion = (id: string, endpoint: string, version: string): string =>
  `${endpointPage(id, endpoint)}?${new URLSearchParams({ range: 'all', version }).toString()}`;

/** Returns the path of all exceptions of a version in an endpoint, however long ago it was used. */
export const exceptionsOfVersion = (id: string, endpoint: string, version: string): string =>
  `${dashboardPage(id, 'exceptions')}?${new URLSearchParams({ range: 'all', endpoint, version }).toString()}`;
