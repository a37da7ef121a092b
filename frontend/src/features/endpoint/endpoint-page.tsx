import { useParams } from 'react-router';

import { Page } from '@/components/page';

/** One endpoint of a dashboard. */
export function EndpointPage() {
  const { endpointName = '' } = useParams();
  return <Page title={endpointName}>…</Page>;
}
