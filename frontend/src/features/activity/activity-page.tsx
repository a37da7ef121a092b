import { Page } from '@/components/page';
import { Activity } from '@/components/activity/activity';

/** What happened to all dashboards and the account. */
export const ActivityPage = () => (
  <Page title="Activity" maxWidth={960}>
    <Activity />
  </Page>
);
