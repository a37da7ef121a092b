import Box from '@mui/material/Box';
import { useParams } from 'react-router';

import { useDashboardSummary } from '@/api/dashboards/dashboards';
import { useEndpoint } from '@/api/dashboards/endpoints';
import { useHistogram } from '@/api/statistics/histogram';
import { EndpointActions, useChangeEndpoint } from '@/components/endpoint-actions';
import { FilterBar } from '@/components/filter-bar';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { PanelGrid, FullWidth } from '@/components/panel-grid';
import { ShareButton } from '@/components/share-button';
import { BoxPanel } from '@/components/panels/box-panel';
import { ExecutionTimePanel } from '@/components/panels/execution-time-panel';
import { FiguresPanel } from '@/components/panels/figures-panel';
import { HoursPanel } from '@/components/panels/hours-panel';
import { HistogramPanel } from '@/components/panels/histogram-panel';
import { SpreadPanel } from '@/components/panels/spread-panel';
import { RequestsPanel } from '@/components/panels/requests-panel';
import { ExceptionsPanel } from '@/features/endpoint/exceptions-panel';
import { useEndpointColor } from '@/hooks/use-endpoint-color';
import { useVersionColor } from '@/hooks/use-version-color';
import { useView } from '@/hooks/use-view';
import { FILTER_NAMES, type View } from '@/api/statistics/view';

const OTHER_FILTERS = FILTER_NAMES.filter((name) => name !== 'endpoint');

interface PanelsProps {
  dashboardId: string;
  endpoint: string;
  view: View;
  /** Whether a rule has merged it from others. */
  isMerged: boolean;
}

function Panels({ dashboardId, endpoint, view, isMerged }: PanelsProps) {
  const color = useEndpointColor(dashboardId)(endpoint);
  const versionColor = useVersionColor(dashboardId);
  const histogram = useHistogram(dashboardId, view);
  const shown = { dashboardId, view };
  return (
    <>
      <FiguresPanel {...shown} />
      <ExceptionsPanel {...shown} />
      <PanelGrid>
        <RequestsPanel {...shown} />
        <ExecutionTimePanel {...shown} />
        <FullWidth>
          <SpreadPanel {...shown} color={color} />
        </FullWidth>
        <HistogramPanel title="Distribution of execution times" query={histogram} color={color} />
        <HoursPanel {...shown} of="visits" />
        {isMerged && (
          <FullWidth>
            <BoxPanel
              {...shown}
              title="Execution time by merged endpoint"
              dimension="endpoint"
              isApart
              colorOf={() => color}
            />
          </FullWidth>
        )}
        <FullWidth>
          <BoxPanel
            {...shown}
            title="Execution time by version"
            dimension="version"
            colorOf={versionColor}
          />
        </FullWidth>
        <BoxPanel
          {...shown}
          title="Execution time by user"
          dimension="group_by"
          colorOf={() => color}
        />
        <BoxPanel
          {...shown}
          title="Execution time by IP address"
          dimension="ip"
          colorOf={() => color}
        />
      </PanelGrid>
    </>
  );
}

/** The statistics of an endpoint. */
export function EndpointPage() {
  const { dashboardId = '', endpointName: endpoint = '' } = useParams();
  const { view } = useView();
  const dashboard = useDashboardSummary(dashboardId);
  const known = useEndpoint(dashboardId, endpoint);
  const change = useChangeEndpoint(dashboardId);
  // All endpoints beyond the limit together have a name, but are not an endpoint.
  const isRest = dashboard?.limits_reached.some(
    ({ field, name }) => field === 'endpoint' && name === endpoint,
  );
  if (dashboard && known === null && !isRest) {
    return (
      <Page title={`Endpoint ${endpoint} not found`}>
        <Notice
          icon="search"
          title={`${dashboard.name} has no endpoint with this name, or it has not received any requests yet`}
        />
      </Page>
    );
  }
  const ofEndpoint = { ...view, filters: { ...view.filters, endpoint } };
  return (
    <Page
      title={endpoint}
      subtitle={
        known?.isMerged ? `${dashboard?.name}: endpoints merged by a rule` : dashboard?.name
      }
      actions={
        <>
          {known && <EndpointActions endpoint={known} onChange={change} />}
          <ShareButton dashboardId={dashboardId} />
        </>
      }
    >
      {/* Another endpoint starts anew rather than with the figures of the one before. */}
      <Box
        key={`${dashboardId} ${endpoint}`}
        sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}
      >
        <FilterBar dashboardId={dashboardId} names={OTHER_FILTERS} />
        <Panels
          {...{ dashboardId, endpoint }}
          view={ofEndpoint}
          isMerged={known?.isMerged ?? false}
        />
      </Box>
    </Page>
  );
}
