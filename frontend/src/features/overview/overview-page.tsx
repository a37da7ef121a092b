import { Page } from '@/components/page';

/** All of the user's dashboards at a glance. */
export function OverviewPage() {
  return <Page title="Overview">…</Page>;
}
