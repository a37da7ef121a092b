import type { SharedDashboard } from '@/api/types';

/* The read-only link that this window shows, instead of the dashboards of a user. A window never goes
   back from the one to the other without loading the page again. */
let token: string | undefined;
let shown: SharedDashboard | undefined;

/** Sends the token of a link with all requests from now on; undefined for none. */
export function openLink(opened: string | undefined): void {
  token = opened;
  shown = undefined;
}

export const linkToken = (): string | undefined => token;

/** Remembers what the link shows, before any panel is rendered. */
export function showShared(dashboard: SharedDashboard): void {
  shown = dashboard;
}

/** What this window shows of a dashboard; undefined for users, who see all of it. */
export const sharedDashboard = (): SharedDashboard | undefined => shown;
