import { useTheme } from '@mui/material/styles';

import { fitText } from '@/components/charts/fit-text';
import type { Scales } from '@/components/charts/plot';
import type { Mark } from '@/components/charts/series';

/**
 * The maximum width of a label, in pixels; labels that would overlap the previous one are omitted.
 */
const LABEL_ROOM = 56;

interface MarksProps {
  marks: readonly Mark[];
  scales: Scales;
}

interface Placed {
  label: string;
  x: number;
  isLabelled: boolean;
}

function place({ marks, scales: { step, width } }: MarksProps): Placed[] {
  const placed: Placed[] = [];
  for (const { at, label } of marks) {
    const x = Math.round(at * step);
    const last = placed.findLast(({ isLabelled }) => isLabelled);
    const isFree = last === undefined || x >= last.x + LABEL_ROOM;
    placed.push({ label, x, isLabelled: isFree && x + LABEL_ROOM <= width });
  }
  return placed;
}

/** Labelled dashed lines that mark events, such as the start of a version. */
export function Marks(props: MarksProps) {
  const { textSoft, surface } = useTheme().palette.scheme;
  return place(props).map(({ label, x, isLabelled }) => (
    <g key={label} transform={`translate(${x} 0)`}>
      <line y2={props.scales.height} stroke={textSoft} strokeDasharray="2 3" />
      {isLabelled && (
        <text
          x={4}
          y={9}
          fontSize={10}
          fill={textSoft}
          stroke={surface}
          strokeWidth={3}
          paintOrder="stroke"
        >
          {fitText(label, LABEL_ROOM - 8)}
          <title>{label}</title>
        </text>
      )}
    </g>
  ));
}
