import { useBoxes, type NamedBox } from '@/api/get-boxes';
import type { Dimension } from '@/api/get-statistic';
import { BoxPlots } from '@/components/charts/box-plots';
import { Panel } from '@/components/panel';
import { BOX_LABELS } from '@/lib/box';
import { formatDuration, formatNumber } from '@/lib/format';
import { shownName } from '@/lib/names';
import type { View } from '@/lib/view';

interface BoxPanelProps {
  dashboardId: string;
  view: View;
  title: string;
  subtitle?: string;
  /** What to tell apart. */
  dimension: Dimension;
  /** Only so many, those with most visits. */
  top?: number;
  colorOf: (name: string) => string;
  /** The order of the rows; by visits unless given. */
  order?: (one: NamedBox, other: NamedBox) => number;
}

const tableOf = (boxes: readonly NamedBox[]) => ({
  columns: ['Calls', 'Visits', ...BOX_LABELS.map(([, label]) => label)],
  rows: boxes.map(({ name, visits, box }) => [
    name,
    formatNumber(visits),
    ...BOX_LABELS.map(([key]) => formatDuration(box[key])),
  ]),
});

const summaryOf = (boxes: readonly NamedBox[]) =>
  boxes
    .map(
      ({ name, box }) =>
        `${name}: median ${formatDuration(box.median)}, 99th percentile ${formatDuration(box.p99)}.`,
    )
    .join(' ');

/** How execution times are spread, a box plot for each group. */
export function BoxPanel({ dashboardId, view, dimension, top, ...panel }: BoxPanelProps) {
  const { title, subtitle, colorOf, order } = panel;
  const query = useBoxes(dashboardId, dimension, view, top);
  const rowsOf = (boxes: readonly NamedBox[]) =>
    (order ? boxes.toSorted(order) : boxes).map(({ name, box }) => ({
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
      summary={(boxes) => summaryOf(named(boxes))}
      table={(boxes) => tableOf(named(boxes))}
    >
      {(boxes) => <BoxPlots rows={rowsOf(boxes)} xTitle="Time per call" format={formatDuration} />}
    </Panel>
  );
}
