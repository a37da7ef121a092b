import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useParams } from 'react-router';

import { resolutionNote } from '@/api/statistics/query';
import type { UsagePeriod } from '@/api/types';
import { appUsageUrl, useAppUsage, type AppUsage } from '@/api/usage/usage';
import { Icon } from '@/components/icon';
import { MarkersButton } from '@/components/markers-button';
import { Notice } from '@/components/notice';
import { useMarkers } from '@/components/panels/use-markers';
import { AggregateChoice, useAggregate } from '@/components/usage/aggregate-choice';
import { UsagePanel } from '@/components/usage/usage-panel';
import { ZoneNote } from '@/components/zone-note';
import { useZone } from '@/hooks/use-zone';

const noteOf =
  (what: AppUsage['lowerBounds'][number]) =>
  ({ lowerBounds, resolution }: AppUsage) =>
    [
      lowerBounds.includes(what) && `There are more ${what} than are stored by name.`,
      resolutionNote(resolution ?? undefined),
    ]
      .filter(Boolean)
      .join(' ');

const NoUsers = () => (
  <Notice icon="user" title="No requests have a user">
    Set <code>group_by</code> in the configuration of your Flask-MonitoringDashboard to a function
    that returns the user of a request.
  </Notice>
);

/** How many users and addresses an app has per period, and which of them are new. */
export function UsageTab() {
  const { dashboardId = '' } = useParams();
  const [aggregate] = useAggregate();
  const zone = useZone();
  const query = useAppUsage(dashboardId, aggregate, zone);
  const markers = useMarkers(dashboardId, { range: { preset: 'all' }, zone });
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 2 }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1 }}>
        <AggregateChoice />
        <MarkersButton />
        {query.data && (
          <Button
            variant="outlined"
            startIcon={<Icon name="download" />}
            href={appUsageUrl(dashboardId, query.data)}
            download
          >
            CSV
          </Button>
        )}
        <Box sx={{ ml: { sm: 'auto' } }}>
          <ZoneNote />
        </Box>
      </Box>
      <UsagePanel<UsagePeriod, AppUsage>
        title="Users"
        subtitle="Distinct groups (group_by) of requests; new ones have their first request in the period"
        unit="Users"
        query={query}
        total={({ users }) => users}
        parts={[
          { name: 'Returning', of: ({ returning_users: count }) => count },
          { name: 'New', of: ({ new_users: count }) => count },
        ]}
        empty={<NoUsers />}
        note={noteOf('users')}
        markers={markers}
      />
      <UsagePanel<UsagePeriod, AppUsage>
        title="Addresses"
        subtitle="Distinct IP addresses"
        unit="Addresses"
        query={query}
        total={({ addresses }) => addresses}
        parts={[
          { name: 'Returning', of: ({ returning_addresses: count }) => count },
          { name: 'New', of: ({ new_addresses: count }) => count },
        ]}
        empty={<Notice icon="chart" title="No requests in this time" />}
        note={noteOf('addresses')}
        markers={markers}
      />
    </Box>
  );
}
