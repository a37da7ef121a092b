import { useDashboardSummary } from '@/api/dashboards/dashboards';
import { useStatusPage } from '@/api/status-pages/status-pages';
import type { CrumbProps } from '@/app/route-handle';

export const DashboardCrumb = ({ params }: CrumbProps) =>
  useDashboardSummary(params.dashboardId)?.name ?? 'Dashboard';

export const EndpointCrumb = ({ params }: CrumbProps) => params.endpointName ?? 'Endpoint';

export const StatusPageCrumb = ({ params }: CrumbProps) =>
  useStatusPage(params.pageId).data?.name ?? 'Status page';
