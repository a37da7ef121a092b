import Box from '@mui/material/Box';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { Link, Outlet, useLocation, useParams } from 'react-router';

import { useDashboards } from '@/api/get-dashboards';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { DashboardAlerts } from '@/features/dashboard/dashboard-alerts';
import { useViewSearch } from '@/hooks/use-view';
import { dashboardPage, type DashboardTab } from '@/lib/paths';

const TABS: readonly { tab: DashboardTab | undefined; label: string }[] = [
  { tab: undefined, label: 'Statistics' },
  { tab: 'endpoints', label: 'Endpoints' },
  { tab: 'versions', label: 'Versions' },
  { tab: 'uptime', label: 'Uptime' },
  { tab: 'settings', label: 'Settings' },
];

/** The pages of one dashboard, as tabs that keep the view. */
export function DashboardPage() {
  const { dashboardId = '' } = useParams();
  const { pathname } = useLocation();
  const search = useViewSearch();
  const dashboards = useDashboards().data;
  const dashboard = dashboards?.find(({ id }) => id === dashboardId);
  if (dashboards && !dashboard) {
    return (
      <Notice icon="search" title="There is no such dashboard">
        It may have been deleted, or it belongs to someone else.
      </Notice>
    );
  }
  return (
    <Page title={dashboard?.name ?? 'Dashboard'} subtitle={dashboard?.url}>
      <Box
        component="nav"
        aria-label="Dashboard"
        sx={{ mb: 2, borderBottom: 1, borderColor: 'divider' }}
      >
        <Tabs value={pathname.replace(/\/$/, '')} variant="scrollable" role="presentation">
          {TABS.map(({ tab, label }) => {
            const path = dashboardPage(dashboardId, tab);
            return (
              <Tab key={label} label={label} value={path} component={Link} to={path + search} />
            );
          })}
        </Tabs>
      </Box>
      {dashboard && <DashboardAlerts dashboard={dashboard} />}
      {/* Another dashboard starts anew rather than with the figures of the one before. */}
      <Outlet key={dashboardId} />
    </Page>
  );
}
