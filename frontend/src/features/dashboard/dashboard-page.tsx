import { useEffect } from 'react';

import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation, useParams } from 'react-router';

import { dashboardsKey, useDashboards } from '@/api/dashboards/dashboards';
import { NavTabs } from '@/components/nav-tabs';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { DashboardAlerts } from '@/features/dashboard/dashboard-alerts';
import { useViewSearch } from '@/hooks/use-view';
import { dashboardPage, type DashboardTab } from '@/lib/paths';

interface Tab {
  tab: DashboardTab | undefined;
  name: string;
}

const TABS: readonly [Tab, ...Tab[]] = [
  { tab: undefined, name: 'Statistics' },
  { tab: 'endpoints', name: 'Endpoints' },
  { tab: 'versions', name: 'Versions' },
  { tab: 'trends', name: 'Trends' },
  { tab: 'compare', name: 'Compare' },
  { tab: 'uptime', name: 'Uptime' },
  { tab: 'activity', name: 'Activity' },
  { tab: 'usage', name: 'Usage' },
  { tab: 'settings', name: 'Settings' },
];

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
  const tabs = TABS.map(({ tab, name }) => ({ to: dashboardPage(dashboardId, tab), name }));
  const { pathname } = useLocation();
  const shown = TABS.find(({ tab }) => tab && pathname === dashboardPage(dashboardId, tab));
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
      part={(shown ?? TABS[0]).name}
      subtitle={dashboard?.url}
    >
      <NavTabs label="Dashboard" tabs={tabs} search={search} />
      {dashboard && <DashboardAlerts dashboard={dashboard} />}
      {/* Another dashboard starts anew rather than with the figures of the one before. */}
      <Outlet key={dashboardId} />
    </Page>
  );
}
