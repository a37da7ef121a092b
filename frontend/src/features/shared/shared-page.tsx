import { useState, type ReactNode } from 'react';

import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import { QueryClientProvider } from '@tanstack/react-query';
import { useLocation } from 'react-router';

import { hasStatus } from '@/api/core/errors';
import { openLink } from '@/api/core/link';
import { createQueryClient } from '@/api/core/query-client';
import { useSharedDashboard } from '@/api/dashboards/links';
import type { SharedPanel } from '@/api/types';
import { FilterBar } from '@/components/filter-bar';
import { Failure, Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { FullWidth, PanelGrid } from '@/components/panel-grid';
import { BoxPanel } from '@/components/panels/box-panel';
import { CalendarPanel } from '@/components/panels/calendar-panel';
import { ExecutionTimePanel } from '@/components/panels/execution-time-panel';
import { FiguresPanel } from '@/components/panels/figures-panel';
import { HoursPanel } from '@/components/panels/hours-panel';
import { RequestsPanel } from '@/components/panels/requests-panel';
import { useEndpointColor } from '@/hooks/use-endpoint-color';
import { useVersionColor } from '@/hooks/use-version-color';
import { useView } from '@/hooks/use-view';
import type { View } from '@/api/statistics/view';

/** The token stands for the dashboard, whose id visitors do not know. */
const SHARED = 'shared';

interface Shown {
  dashboardId: string;
  view: View;
}

const EndpointsPanel = (shown: Shown) => (
  <BoxPanel
    {...shown}
    title="Execution time by endpoint"
    dimension="endpoint"
    colorOf={useEndpointColor(SHARED)}
  />
);

const VersionsPanel = (shown: Shown) => (
  <BoxPanel
    {...shown}
    title="Execution time by version"
    dimension="version"
    colorOf={useVersionColor(SHARED)}
  />
);

function Panels({ panels }: { panels: readonly SharedPanel[] }) {
  const shown: Shown = { dashboardId: SHARED, view: useView().view };
  const all: Record<SharedPanel, ReactNode> = {
    figures: <FiguresPanel {...shown} />,
    requests: <RequestsPanel {...shown} />,
    execution_times: <ExecutionTimePanel {...shown} />,
    hours: <HoursPanel {...shown} of="visits" />,
    calendar: <CalendarPanel {...shown} />,
    endpoints: <EndpointsPanel {...shown} />,
    versions: <VersionsPanel {...shown} />,
  };
  return (
    <PanelGrid>
      {panels.map((panel) => (
        <FullWidth key={panel}>{all[panel]}</FullWidth>
      ))}
    </PanelGrid>
  );
}

function Shared() {
  const query = useSharedDashboard();
  // Also while it is open: a link that was revoked shows nothing any more.
  if (hasStatus(query.error, 404)) {
    return (
      <Page title="Link not found">
        <Notice icon="search" title="This link is invalid, or no longer valid">
          It may have expired or been revoked. Ask the person who gave it to you for another one.
        </Notice>
      </Page>
    );
  }
  if (query.data) {
    const { name, panels, fields } = query.data;
    return (
      <Page title={name} subtitle="Read-only view">
        <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
          <FilterBar dashboardId={SHARED} names={fields} />
          <Panels panels={panels} />
        </Box>
      </Page>
    );
  }
  if (query.isError) {
    return (
      <Page title="Read-only view">
        <Failure error={query.error} retry={() => void query.refetch()} />
      </Page>
    );
  }
  return (
    <Page title="Read-only view">
      <Skeleton variant="rounded" height={300} role="progressbar" aria-label="Loading" />
    </Page>
  );
}

/** Data of its own: neither that of a user who is signed in, nor kept in the browser. */
function createVisitorClient(token: string) {
  openLink(token);
  return createQueryClient();
}

function Visitor({ token }: { token: string }) {
  const [client] = useState(() => createVisitorClient(token));
  return (
    <QueryClientProvider client={client}>
      <Box component="main">
        <Shared />
      </Box>
    </QueryClientProvider>
  );
}

/** What a read-only link shows to people without an account; the fragment of the URL is its token. */
export function SharedPage() {
  const token = useLocation().hash.slice(1);
  return <Visitor key={token} token={token} />;
}
