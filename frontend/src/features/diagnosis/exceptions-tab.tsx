import { useParams } from 'react-router';

import { Exceptions } from '@/features/diagnosis/exceptions';

/** The exceptions of a dashboard. */
export function ExceptionsTab() {
  const { dashboardId = '' } = useParams();
  return <Exceptions dashboardId={dashboardId} />;
}
