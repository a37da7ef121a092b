import { useVersionUse, type VersionUse } from '@/api/get-version-use';
import { useVersions } from '@/api/get-versions';
import { Bubbles } from '@/components/charts/bubbles';
import { Notice } from '@/components/notice';
import { Panel } from '@/components/panel';
import { usedVersions } from '@/features/dashboard/version-columns';
import { useVersionColor } from '@/hooks/use-version-color';
import { formatNumber } from '@/lib/format';
import { isMissing, shownName } from '@/lib/names';
import type { View } from '@/lib/view';

const MOST_ROWS = 12;

const WHO = {
  group_by: { title: 'Versions by user', one: 'User' },
  ip: { title: 'Versions by IP address', one: 'IP address' },
} as const;

const shownVersion = (version: string) => shownName('version', version);

interface BubblesPanelProps {
  dashboardId: string;
  view: View;
  by: keyof typeof WHO;
}

/** Which user, or which address, used which version how often. */
export function BubblesPanel({ dashboardId, view, by }: BubblesPanelProps) {
  const query = useVersionUse(dashboardId, by, view);
  const history = useVersions(dashboardId).data ?? [];
  const colorOf = useVersionColor(dashboardId);
  const { title, one } = WHO[by];
  const rowsOf = (use: readonly VersionUse[], versions: readonly string[]) =>
    use.slice(0, MOST_ROWS).map(({ name, byVersion }) => ({
      name: shownName(by, name),
      values: versions.map((version) => byVersion[version] ?? 0),
    }));
  const table = (use: readonly VersionUse[]) => {
    const versions = usedVersions(use, history);
    return {
      columns: [one, ...versions.map(shownVersion)],
      rows: rowsOf(use, versions).map(({ name, values }) => [name, ...values.map(formatNumber)]),
    };
  };
  return (
    <Panel
      title={title}
      subtitle={`The ${MOST_ROWS} with most visits`}
      query={query}
      isEmpty={(use) => use.every(({ name }) => isMissing(by, name))}
      empty={
        by === 'group_by' ? (
          <Notice icon="user" title="No users">
            They appear once your app tells its monitoring who is calling (group_by).
          </Notice>
        ) : undefined
      }
      minHeight={200}
      summary={([first]) =>
        first ? `Most visits: ${shownName(by, first.name)}, ${formatNumber(first.visits)}.` : ''
      }
      table={table}
    >
      {(use) => {
        const versions = usedVersions(use, history);
        return (
          <Bubbles
            rows={rowsOf(use, versions)}
            columns={versions.map((name) => ({ name: shownVersion(name), color: colorOf(name) }))}
            xTitle="Version"
            yTitle={`${one}; the area is the number of visits`}
            format={(visits) => `${formatNumber(visits)} visits`}
          />
        );
      }}
    </Panel>
  );
}
