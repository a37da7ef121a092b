import Box from '@mui/material/Box';
import { useParams } from 'react-router';

import { useProfile, useProfiles } from '@/api/diagnosis/profiles';
import { shownName } from '@/api/statistics/names';
import type { ProfileDetails, Profiles } from '@/api/types';
import { FlameGraph } from '@/components/charts/flame-graph';
import { Panel } from '@/components/panel';
import { QueryBoundary } from '@/components/query-boundary';
import { Select } from '@/components/select';
import { ExportHint } from '@/features/diagnosis/export-hint';
import { flamesOf, functionTable } from '@/features/diagnosis/flames';
import { useUrlText } from '@/hooks/use-url-text';
import { countRequests, formatDuration } from '@/lib/format';

const HOW =
  'Flask-MonitoringDashboard profiles requests to endpoints with monitor level 3. Set it on the page of each endpoint there, or in the app:';

const CODE = [
  'dashboard.config.monitor_level = 3  # of new endpoints',
  'dashboard.bind(app)',
  'pydash_exporter.bind(app, profiles=True)',
].join('\n');

/** A version that a URL cannot name. */
const NONE = '\u0000';

const summaryOf = ({ requests, total, version, against }: ProfileDetails) =>
  `${countRequests(requests)} of ${shownName('version', version)} took ${formatDuration(total / requests)} on average` +
  (against
    ? `; ${countRequests(against.requests)} of ${shownName('version', against.version)} took ${formatDuration(against.total / against.requests)}.`
    : '.');

interface ProfileProps {
  dashboardId: string;
  endpoint: string;
  version: string;
  against: string | undefined;
}

function Profile({ dashboardId, endpoint, version, against }: ProfileProps) {
  const query = useProfile(dashboardId, endpoint, version, against);
  return (
    <Panel
      query={query}
      title="Flame graph"
      subtitle="Each box is as wide as the time that it took; below it is what it called. Click to zoom."
      minHeight={240}
      table={functionTable}
      note={summaryOf}
    >
      {(profile) => (
        <FlameGraph
          key={`${endpoint} ${version} ${against ?? NONE}`}
          label={`Where the time of ${shownName('endpoint', endpoint)} goes`}
          root={flamesOf(profile)}
          compares={profile.against !== null}
        />
      )}
    </Panel>
  );
}

function Choice({
  dashboardId,
  profiles,
}: {
  dashboardId: string;
  profiles: Profiles['profiles'];
}) {
  const [chosenEndpoint, chooseEndpoint] = useUrlText('endpoint', NONE);
  const [chosenVersion, chooseVersion] = useUrlText('version', NONE);
  const [chosenAgainst, chooseAgainst] = useUrlText('against', NONE);
  const endpoints = [...new Set(profiles.map(({ endpoint }) => endpoint))];
  const endpoint = endpoints.includes(chosenEndpoint) ? chosenEndpoint : (endpoints[0] ?? '');
  const versions = profiles.filter((one) => one.endpoint === endpoint).map((one) => one.version);
  const version = versions.includes(chosenVersion) ? chosenVersion : (versions[0] ?? '');
  const others = versions.filter((other) => other !== version);
  const against = others.find((other) => other === chosenAgainst);
  const named = (value: string) => ({ value, name: shownName('version', value) });
  return (
    <>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
        <Select
          label="Endpoint"
          value={endpoint}
          options={endpoints.map((value) => ({ value, name: shownName('endpoint', value) }))}
          onChange={chooseEndpoint}
        />
        <Select
          label="Version"
          value={version}
          options={versions.map(named)}
          onChange={chooseVersion}
        />
        {others.length > 0 && (
          <Select
            label="Compare with"
            value={against ?? NONE}
            options={[
              { value: NONE, name: 'No comparison' },
              ...others.map((value) => ({ value, name: `Against ${named(value).name}` })),
            ]}
            onChange={chooseAgainst}
          />
        )}
      </Box>
      <Profile {...{ dashboardId, endpoint, version, against }} />
    </>
  );
}

/** Where the time of an endpoint goes, and how that differs between two versions. */
export function ProfilesTab() {
  const { dashboardId = '' } = useParams();
  const query = useProfiles(dashboardId);
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 2 }}>
      <QueryBoundary
        query={query}
        minHeight={240}
        isEmpty={({ profiles }) => profiles.length === 0}
        empty={
          <ExportHint
            title={query.data?.available ? 'No profiles yet' : 'This app does not export profiles'}
            hint={query.data?.hint ?? null}
            source={{ text: HOW, code: CODE }}
          />
        }
      >
        {({ profiles }) => (
          <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 2 }}>
            <Choice {...{ dashboardId, profiles }} />
          </Box>
        )}
      </QueryBoundary>
    </Box>
  );
}
