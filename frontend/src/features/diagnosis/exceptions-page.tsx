import { Page } from '@/components/page';
import { Exceptions } from '@/features/diagnosis/exceptions';

/** The exceptions of all dashboards. */
export const ExceptionsPage = () => (
  <Page title="Exceptions">
    <Exceptions dashboardId={undefined} />
  </Page>
);
