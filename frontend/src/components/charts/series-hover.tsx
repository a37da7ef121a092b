import Box from '@mui/material/Box';

import { HoverArea, type Hit } from '@/components/charts/hover-area';
import { MARGIN, type Series, type SeriesChartProps } from '@/components/charts/series';
import { TooltipCard, TooltipRows, type TooltipRow } from '@/components/charts/tooltip';

interface SeriesHoverProps extends Pick<SeriesChartProps, 'categories' | 'series' | 'format'> {
  width: number;
  height: number;
  /** The label of a row with the sum of all series. */
  total?: string;
  /** The comparison series, shown in the last row. */
  before?: Series;
}

function rowsAt(
  { series, format, total, before }: Omit<SeriesHoverProps, 'width' | 'height'>,
  at: number,
): TooltipRow[] {
  const rowOf = ({ values, ...one }: Series) => ({ ...one, value: format(values[at] ?? null) });
  const sum = () => series.reduce((added, { values }) => added + (values[at] ?? 0), 0);
  return [
    ...series.map(rowOf),
    ...(total === undefined ? [] : [{ name: total, value: format(sum()) }]),
    ...(before === undefined ? [] : [rowOf(before)]),
  ];
}

const GuideLine = ({ x }: { x: number }) => (
  <Box
    sx={{
      position: 'absolute',
      top: 0,
      bottom: 0,
      left: Math.round(x),
      borderLeft: 1,
      borderColor: 'text.secondary',
      opacity: 0.5,
    }}
  />
);

/** The tooltip of a series chart: all values in the category under the pointer. */
export function SeriesHover({ width, height, ...chart }: SeriesHoverProps) {
  const { categories } = chart;
  const area = {
    left: MARGIN.left,
    top: MARGIN.top,
    width: width - MARGIN.left - MARGIN.right,
    height: height - MARGIN.top - MARGIN.bottom,
  };
  const step = area.width / categories.length;
  const locate = (x: number, y: number): Hit | undefined => {
    const at = Math.floor(x / step);
    const category = categories[at];
    if (!category) return undefined;
    const middle = (at + 0.5) * step;
    return {
      x: middle,
      y: y - 40,
      sign: <GuideLine x={middle} />,
      content: (
        <TooltipCard title={category.title}>
          <TooltipRows rows={rowsAt(chart, at)} />
        </TooltipCard>
      ),
    };
  };
  return <HoverArea area={area} locate={locate} />;
}
