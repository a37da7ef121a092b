import Box from '@mui/material/Box';

import type { Series } from '@/components/charts/series';

export type LegendEntry = Pick<Series, 'id' | 'name' | 'color' | 'dash'>;

/** A sample of the colour or dash pattern of a series. */
export const Swatch = ({ color, dash }: Pick<Series, 'color' | 'dash'>) => (
  <svg width={14} height={10} aria-hidden style={{ flexShrink: 0 }}>
    {dash === undefined ? (
      <rect x={2} width={10} height={10} rx={2.5} fill={color} />
    ) : (
      <line x1={0} x2={14} y1={5} y2={5} stroke={color} strokeWidth={2} strokeDasharray={dash} />
    )}
  </svg>
);

/** The legend of a chart. */
export const Legend = ({ entries }: { entries: readonly LegendEntry[] }) => (
  <Box
    component="ul"
    sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 1.5, m: 0, p: 0, listStyle: 'none' }}
  >
    {entries.map(({ id, name, color, dash }) => (
      <Box
        component="li"
        key={id}
        title={name}
        sx={{ display: 'flex', alignItems: 'center', gap: 0.5, maxWidth: 180 }}
      >
        <Swatch color={color} dash={dash} />
        <Box
          component="span"
          sx={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}
        >
          {name}
        </Box>
      </Box>
    ))}
  </Box>
);
