import { useDashboardSummary } from '@/api/dashboards/dashboards';
import type { CrumbProps } from '@/app/route-handle';

export const DashboardCrumb = ({ params }: CrumbProps) =>
  useDashboardSummary(params.dashboardId)?.name ?? 'Dashboard';

export const EndpointCrumb = ({ params }: CrumbProps) => params.endpointName ?? 'Endpoint';
