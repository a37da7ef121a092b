import Box from '@mui/material/Box';
import { useParams } from 'react-router';

import { useDashboardSummary } from '@/api/dashboards/dashboards';
import { useFigures } from '@/api/statistics/figures';
import { FilterBar } from '@/components/filter-bar';
import { PanelGrid, FullWidth } from '@/components/panel-grid';
import { CalendarPanel } from '@/components/panels/calendar-panel';
import { ExecutionTimePanel } from '@/components/panels/execution-time-panel';
import { FiguresPanel } from '@/components/panels/figures-panel';
import { HoursPanel } from '@/components/panels/hours-panel';
import { VisitorsPanel } from '@/components/panels/visitors-panel';
import { RequestsPanel } from '@/components/panels/requests-panel';
import { NoRequests } from '@/features/dashboard/no-requests';
import { useView } from '@/hooks/use-view';

/** Requests, visitors and execution times of a dashboard. */
export function StatisticsTab() {
  const { dashboardId = '' } = useParams();
  const { view } = useView();
  const shown = { dashboardId, view };
  const isImported = useDashboardSummary(dashboardId)?.progress === null;
  const isEmpty = useFigures(dashboardId, view).data?.now.total_visits === 0 && isImported;
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
      <FilterBar dashboardId={dashboardId} />
      {isEmpty ? (
        <NoRequests dashboardId={dashboardId} />
      ) : (
        <>
          <FiguresPanel {...shown} />
          <PanelGrid>
            <FullWidth>
              <RequestsPanel {...shown} />
            </FullWidth>
            <ExecutionTimePanel {...shown} />
            <VisitorsPanel {...shown} />
            <HoursPanel {...shown} of="visits" />
            <HoursPanel {...shown} of="visitors" />
            <FullWidth>
              <CalendarPanel {...shown} />
            </FullWidth>
          </PanelGrid>
        </>
      )}
    </Box>
  );
}
