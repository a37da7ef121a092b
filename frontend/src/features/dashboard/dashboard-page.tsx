import { useEffect } from 'react';

import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation, useParams } from 'react-router';

import { dashboardsKey, useDashboards } from '@/api/dashboards/dashboards';
import { NavTabs } from '@/components/nav-tabs';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { ShareButton } from '@/components/share-button';
import { DashboardAlerts } from '@/features/dashboard/dashboard-alerts';
import { useViewSearch } from '@/hooks/use-view';
import { DASHBOARD_TABS, dashboardPage } from '@/lib/paths';

/** Reads the statistics again once the history is complete, instead of at the next refresh. */
function useReloadAfterImport(dashboardId: string, isImporting: boolean) {
  const queryClient = useQueryClient();
  useEffect(() => {
    if (!isImporting) return undefined;
    return () => void queryClient.invalidateQueries({ queryKey: [...dashboardsKey, dashboardId] });
  }, [queryClient, dashboardId, isImporting]);
}

/** The pages of a dashboard, as tabs that share the view. */
export function DashboardPage() {
  const { dashboardId = '' } = useParams();
  const search = useViewSearch();
  const dashboards = useDashboards().data;
  const dashboard = dashboards?.find(({ id }) => id === dashboardId);
  useReloadAfterImport(dashboardId, dashboard != null && dashboard.progress !== null);
  const tabs = DASHBOARD_TABS.map(({ tab, name }) => ({
    to: dashboardPage(dashboardId, tab),
    name,
    hasParts: tab !== undefined,
  }));
  const { pathname } = useLocation();
  const shown = DASHBOARD_TABS.find(
    ({ tab }) => tab && `${pathname}/`.startsWith(`${dashboardPage(dashboardId, tab)}/`),
  );
  if (dashboards && !dashboard) {
    return (
      <Page title="Dashboard not found">
        <Notice icon="search" title="It may have been deleted, or it belongs to another user" />
      </Page>
    );
  }
  return (
    <Page
      title={dashboard?.name ?? 'Dashboard'}
      part={(shown ?? DASHBOARD_TABS[0]).name}
      subtitle={dashboard?.url}
      actions={<ShareButton dashboardId={dashboardId} />}
    >
      <NavTabs label="Dashboard" tabs={tabs} search={search} />
      {dashboard && <DashboardAlerts dashboard={dashboard} />}
      {/* Another dashboard starts anew rather than with the figures of the one before. */}
      <Outlet key={dashboardId} />
    </Page>
  );
}
