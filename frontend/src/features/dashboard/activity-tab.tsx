import { useParams } from 'react-router';

import { Activity } from '@/components/activity/activity';

/** What happened to a dashboard. */
export function ActivityTab() {
  const { dashboardId = '' } = useParams();
  return <Activity dashboardId={dashboardId} />;
}
