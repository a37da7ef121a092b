import Box from '@mui/material/Box';
import { useParams } from 'react-router';

import { useDashboardSummary } from '@/api/dashboards/dashboards';
import { SuggestedRules } from '@/components/suggested-rules';
import { ConnectionSection } from '@/features/dashboard/connection-section';
import { DataSection } from '@/features/dashboard/data-section';
import { DeleteSection } from '@/features/dashboard/delete-section';
import { ExportSection } from '@/features/dashboard/export-section';
import { LinksSection } from '@/features/dashboard/links-section';
import { MonitoringSection } from '@/features/dashboard/monitoring-section';
import { TagsSection } from '@/features/dashboard/tags-section';

/** The settings of a dashboard, with fetch, export and deletion. */
export function SettingsTab() {
  const { dashboardId = '' } = useParams();
  const dashboard = useDashboardSummary(dashboardId);
  if (!dashboard) return null;
  return (
    <Box sx={{ display: 'grid', gap: 2, maxWidth: 640 }}>
      <ConnectionSection dashboard={dashboard} />
      <TagsSection dashboard={dashboard} />
      <MonitoringSection dashboard={dashboard} />
      <SuggestedRules dashboardId={dashboardId} />
      <LinksSection dashboardId={dashboardId} />
      <DataSection dashboard={dashboard} />
      <ExportSection dashboardId={dashboardId} />
      <DeleteSection dashboard={dashboard} />
    </Box>
  );
}
