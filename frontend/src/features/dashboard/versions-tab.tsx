import Box from '@mui/material/Box';
import { useParams } from 'react-router';

import { FilterBar } from '@/components/filter-bar';
import { PanelGrid, FullWidth } from '@/components/panel-grid';
import { BoxPanel } from '@/components/panels/box-panel';
import { BubblesPanel } from '@/features/dashboard/bubbles-panel';
import { VersionSharesPanel } from '@/features/dashboard/version-shares-panel';
import { VersionsPanel } from '@/features/dashboard/versions-panel';
import { useVersionColor } from '@/hooks/use-version-color';
import { useView } from '@/hooks/use-view';

/** A comparison of the versions of an app and their use. */
export function VersionsTab() {
  const { dashboardId = '' } = useParams();
  const { view } = useView();
  const colorOf = useVersionColor(dashboardId);
  const shown = { dashboardId, view };
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
      <FilterBar dashboardId={dashboardId} overTime={false} />
      <VersionsPanel dashboardId={dashboardId} />
      <PanelGrid>
        <FullWidth>
          <BoxPanel
            {...shown}
            title="Execution time by version"
            dimension="version"
            colorOf={colorOf}
          />
        </FullWidth>
        <BubblesPanel {...shown} by="group_by" />
        <BubblesPanel {...shown} by="ip" />
        <FullWidth>
          <VersionSharesPanel {...shown} />
        </FullWidth>
      </PanelGrid>
    </Box>
  );
}
