import { useVersionUse, type VersionUse } from '@/api/statistics/version-use';
import { Bubbles } from '@/components/charts/bubbles';
import { figure } from '@/components/data-table';
import { Notice } from '@/components/notice';
import { Panel } from '@/components/panel';
import { versionName } from '@/features/dashboard/version-shares';
import { useVersionColor } from '@/hooks/use-version-color';
import { useView } from '@/hooks/use-view';
import { countRequests, formatNumber } from '@/lib/format';
import { isMissing, shownName } from '@/api/statistics/names';
import type { View } from '@/api/statistics/view';

const LABELS = {
  group_by: { title: 'Versions by user', singular: 'User', plural: 'users' },
  ip: { title: 'Versions by IP address', singular: 'IP address', plural: 'IP addresses' },
} as const;

const NO_USERS = (
  <Notice icon="user" title="No users">
    Users appear once your app sets group_by in Flask-MonitoringDashboard.
  </Notice>
);

const newestOf = ({ versions }: Pick<VersionUse, 'versions'>) =>
  versions.filter((version) => version !== null);

interface BubblesPanelProps {
  dashboardId: string;
  view: View;
  by: keyof typeof LABELS;
}

/** The number of requests of each user or IP address to each version. */
export function BubblesPanel({ dashboardId, view, by }: BubblesPanelProps) {
  const query = useVersionUse(dashboardId, by, view);
  const colorOf = useVersionColor(dashboardId);
  const { filter } = useView();
  const { title, singular, plural } = LABELS[by];
  const table = ({ versions, users }: VersionUse) => ({
    columns: [singular, ...versions.map(versionName)],
    rows: users.map(({ name, visits }) => [
      shownName(by, name),
      ...visits.map((count) => figure(count, formatNumber)),
    ]),
  });
  const summary = ({ users }: VersionUse) =>
    `Most requests: ${users.map(({ name }) => shownName(by, name)).join(', ')}.`;
  // All older versions combined would dwarf the bubbles of the others.
  const bubbles = ({ versions, users }: VersionUse) => {
    const newest = newestOf({ versions });
    return {
      rows: users.map(({ name, visits }) => ({
        name: shownName(by, name),
        values: visits.slice(-newest.length),
      })),
      columns: newest.map((version) => ({
        name: versionName(version),
        color: colorOf(version),
      })),
    };
  };
  const hasOlder = query.data?.versions.includes(null);
  return (
    <Panel
      title={title}
      subtitle={`The ${plural} with the most requests${hasOlder ? '; older versions are in the table' : ''}`}
      query={query}
      isEmpty={({ users }) => users.every(({ name }) => isMissing(name))}
      empty={by === 'group_by' ? NO_USERS : undefined}
      minHeight={200}
      summary={summary}
      table={table}
    >
      {(use) => (
        <Bubbles
          {...bubbles(use)}
          xTitle="Version"
          yTitle={`${singular}; area: number of requests`}
          format={(visits) => countRequests(visits)}
          onPick={(column) => filter('version', newestOf(use)[column])}
        />
      )}
    </Panel>
  );
}
