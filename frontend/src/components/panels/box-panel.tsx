import { useNavigate } from 'react-router';

import { useBoxes, type NamedBox } from '@/api/statistics/groups';
import { BoxPlots } from '@/components/charts/box-plots';
import { figure } from '@/components/data-table';
import { Panel } from '@/components/panel';
import { BOX_LABELS } from '@/lib/box';
import { useView, useViewSearch } from '@/hooks/use-view';
import { formatDuration, formatNumber } from '@/lib/format';
import { endpointPage } from '@/lib/paths';
import { shownName } from '@/api/statistics/names';
import type { View } from '@/api/statistics/view';
import type { CallField } from '@/api/types';

interface BoxPanelProps {
  dashboardId: string;
  view: View;
  title: string;
  /** The dimension to group by. */
  dimension: CallField;
  colorOf: (name: string) => string;
  /** For endpoints: whether each counts by itself that rules have merged. */
  isApart?: boolean;
}

/** The maximum number of box plots; more cannot be compared at a glance. */
const MAX_BOXES = 12;

const versionsSubtitle = (count: number) =>
  count > MAX_BOXES
    ? `The newest ${MAX_BOXES} of ${formatNumber(count)} versions; the table lists all of them`
    : 'Newest version first';

const tableOf = (boxes: readonly NamedBox[]) => ({
  columns: ['Group', 'Requests', ...BOX_LABELS.map(([, label]) => label)],
  rows: boxes.map(({ name, visits, box }) => [
    name,
    figure(visits, formatNumber),
    ...BOX_LABELS.map(([key]) => figure(box[key], formatDuration)),
  ]),
});

const summaryOf = (boxes: readonly NamedBox[]) =>
  boxes
    .map(
      ({ name, box }) =>
        `${name}: median ${formatDuration(box.median)}, 99th percentile ${formatDuration(box.p99)}.`,
    )
    .join(' ');

/** Box plots of the execution times of the newest versions or the largest groups. */
export function BoxPanel(props: BoxPanelProps) {
  const { dashboardId, view, title, dimension, colorOf, isApart = false } = props;
  const ofVersions = dimension === 'version';
  const { filter } = useView();
  const navigate = useNavigate();
  const search = useViewSearch();
  // The page is of the merged endpoint, whose filter cannot be another.
  const pick = (name: string | undefined) =>
    isApart && name !== undefined
      ? void navigate(endpointPage(dashboardId, name) + search)
      : filter(dimension, name);
  const top = ofVersions ? undefined : MAX_BOXES;
  const query = useBoxes(dashboardId, dimension, view, top, isApart ? 'own' : undefined);
  const subtitle = ofVersions
    ? versionsSubtitle(query.data?.length ?? 0)
    : `The ${MAX_BOXES} with the most requests`;
  const rowsOf = (boxes: readonly NamedBox[]) =>
    boxes.slice(0, MAX_BOXES).map(({ name, box }) => ({
      name: shownName(dimension, name),
      box,
      color: colorOf(name),
    }));
  const named = (boxes: readonly NamedBox[]) =>
    boxes.map((one) => ({ ...one, name: shownName(dimension, one.name) }));
  return (
    <Panel
      title={title}
      subtitle={subtitle}
      query={query}
      isEmpty={(boxes) => boxes.length === 0}
      summary={(boxes) => summaryOf(named(boxes.slice(0, MAX_BOXES)))}
      table={(boxes) => tableOf(named(boxes))}
    >
      {(boxes) => (
        <BoxPlots
          rows={rowsOf(boxes)}
          xTitle="Time per request"
          format={formatDuration}
          onPick={(row) => pick(boxes[row]?.name)}
        />
      )}
    </Panel>
  );
}
