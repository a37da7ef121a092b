import Box from '@mui/material/Box';

import { useBoxes, type NamedBox } from '@/api/statistics/groups';
import { BoxPlots } from '@/components/charts/box-plots';
import { Panel } from '@/components/panel';
import { BOX_LABELS, type Box as Numbers } from '@/lib/box';
import { countRequests, formatDuration } from '@/lib/format';
import type { View } from '@/api/statistics/view';

const SevenNumbers = ({ box }: { box: Numbers }) => (
  <Box
    component="dl"
    sx={{
      display: 'grid',
      gridTemplateColumns: { xs: '1fr 1fr', sm: 'repeat(4, 1fr)', lg: 'repeat(8, 1fr)' },
      gap: 1.5,
      m: 0,
      mt: 2,
    }}
  >
    {BOX_LABELS.map(([key, label]) => (
      <div key={key}>
        <Box component="dt" sx={{ fontSize: '0.75rem', color: 'text.secondary' }}>
          {label}
        </Box>
        <Box component="dd" sx={{ m: 0, fontWeight: 600 }}>
          {formatDuration(box[key])}
        </Box>
      </div>
    ))}
  </Box>
);

const totalsOf = ({ visits, total }: NamedBox) =>
  `${countRequests(visits)}, ${formatDuration(total)} in total`;

interface SpreadPanelProps {
  dashboardId: string;
  view: View;
  color: string;
}

/** A box plot of all execution times with its percentiles. */
export function SpreadPanel({ dashboardId, view, color }: SpreadPanelProps) {
  const query = useBoxes(dashboardId, undefined, view);
  return (
    <Panel
      title="Execution time percentiles"
      subtitle={query.data?.map(totalsOf)}
      query={query}
      isEmpty={(boxes: NamedBox[]) => boxes.length === 0}
      minHeight={140}
    >
      {(boxes) =>
        boxes.map(({ name, box }) => (
          <div key={name}>
            <BoxPlots
              rows={[{ name, box, color }]}
              xTitle="Time per request"
              format={formatDuration}
            />
            <SevenNumbers box={box} />
          </div>
        ))
      }
    </Panel>
  );
}
