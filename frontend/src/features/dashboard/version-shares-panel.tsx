import { useVersionUse, type VersionUse } from '@/api/get-version-use';
import { useVersions } from '@/api/get-versions';
import { Heatmap } from '@/components/charts/heatmap';
import { Panel } from '@/components/panel';
import { usedVersions, versionShares } from '@/features/dashboard/version-columns';
import { formatPercent } from '@/lib/format';
import { shownName } from '@/lib/names';
import type { View } from '@/lib/view';

const MOST_ROWS = 15;
const LETTERS = 20;

const shownVersion = (version: string) => shownName('version', version);

const shorten = (text: string) =>
  text.length <= LETTERS ? text : `${text.slice(0, LETTERS - 1)}…`;

/** How the use of each version is spread over the endpoints, in per cent. */
export function VersionSharesPanel({ dashboardId, view }: { dashboardId: string; view: View }) {
  const query = useVersionUse(dashboardId, 'endpoint', view);
  const history = useVersions(dashboardId).data ?? [];
  const sharesOf = (use: readonly VersionUse[]) => {
    const versions = usedVersions(use, history);
    return { versions, rows: versionShares(use, versions).slice(0, MOST_ROWS) };
  };
  const table = (use: readonly VersionUse[]) => {
    const { versions, rows } = sharesOf(use);
    return {
      columns: ['Endpoint', ...versions.map(shownVersion)],
      rows: rows.map(({ name, shares }) => [name, ...shares.map(formatPercent)]),
    };
  };
  return (
    <Panel
      title="Use of each version by endpoint"
      subtitle="Share of the visits to a version; a column adds up to 100%"
      query={query}
      isEmpty={(use) => use.length === 0}
      minHeight={200}
      summary={(use) =>
        `${sharesOf(use).versions.length} versions and ${use.length} endpoints; the shares are in the table.`
      }
      table={table}
    >
      {(use) => {
        const { versions, rows } = sharesOf(use);
        return (
          <Heatmap
            rows={rows.map(({ name, shares }) => ({
              id: name,
              tick: shorten(name),
              title: name,
              values: shares,
            }))}
            columns={versions.map(shownVersion).map((name) => ({ tick: name, title: name }))}
            xTitle="Version"
            yTitle="Endpoint"
            format={formatPercent}
            formatCell={formatPercent}
            rowHeight={26}
            labelWidth={132}
            columnRoom={52}
          />
        );
      }}
    </Panel>
  );
}
