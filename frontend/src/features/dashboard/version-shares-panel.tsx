import { useVersionUse, type VersionUse } from '@/api/statistics/version-use';
import { Heatmap } from '@/components/charts/heatmap';
import { figure } from '@/components/data-table';
import { Panel } from '@/components/panel';
import { versionName, versionShares } from '@/features/dashboard/version-shares';
import { useView } from '@/hooks/use-view';
import { formatPercent } from '@/lib/format';
import type { View } from '@/api/statistics/view';

const tableOf = (use: VersionUse) => ({
  columns: ['Endpoint', ...use.versions.map(versionName)],
  rows: versionShares(use).map(({ name, shares }) => [
    name,
    ...shares.map((share) => figure(share, formatPercent)),
  ]),
});

const summaryOf = ({ versions, users }: VersionUse) =>
  `${versions.length} versions and ${users.length} endpoints; see the table for the shares.`;

/** The distribution of the requests to each version over the endpoints, in percent. */
export function VersionSharesPanel({ dashboardId, view }: { dashboardId: string; view: View }) {
  const query = useVersionUse(dashboardId, 'endpoint', view);
  const { filter } = useView();
  return (
    <Panel
      title="Version usage by endpoint"
      subtitle="Share of the requests to each version; columns add up to 100%"
      query={query}
      isEmpty={({ users }) => users.length === 0}
      minHeight={200}
      summary={summaryOf}
      table={tableOf}
    >
      {(use) => (
        <Heatmap
          rows={versionShares(use).map(({ name, shares }) => ({
            id: name,
            tick: name,
            title: name,
            values: shares,
          }))}
          columns={use.versions.map(versionName).map((name) => ({ tick: name, title: name }))}
          xTitle="Version"
          yTitle="Endpoint"
          format={formatPercent}
          formatCell={formatPercent}
          rowHeight={26}
          labelWidth={132}
          columnLabelWidth={52}
          onPick={(column) => {
            const version = use.versions[column];
            // All older versions together are none.
            if (version != null) filter('version', version);
          }}
        />
      )}
    </Panel>
  );
}
