import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';

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

const entry = { display: 'flex', alignItems: 'center', gap: 0.5, maxWidth: 180 } as const;

const Name = ({ name, isHidden }: { name: string; isHidden: boolean }) => (
  <Box
    component="span"
    sx={{
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      whiteSpace: 'nowrap',
      textDecoration: isHidden ? 'line-through' : 'none',
    }}
  >
    {name}
  </Box>
);

export interface LegendProps {
  entries: readonly LegendEntry[];
  /** The ids of the series that are hidden, and how to change that. */
  hidden?: ReadonlySet<string>;
  onToggle?: (id: string) => void;
  onIsolate?: (id: string) => void;
}

/**
 * The legend of a chart: a click hides or shows a series; a double click, a double tap, or a click or
 * Enter with Shift shows only this one.
 */
export const Legend = ({ entries, hidden, onToggle, onIsolate }: LegendProps) => (
  <Box
    component="ul"
    sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 1.5, m: 0, p: 0, listStyle: 'none' }}
  >
    {entries.map(({ id, name, color, dash }) => {
      const isHidden = hidden?.has(id) ?? false;
      const sample = (
        <>
          <Swatch color={color} dash={dash} />
          <Name name={name} isHidden={isHidden} />
        </>
      );
      return (
        <Box component="li" key={id} title={name} sx={onToggle ? undefined : entry}>
          {onToggle ? (
            <ButtonBase
              aria-pressed={!isHidden}
              title={`${name}: click to ${isHidden ? 'show' : 'hide'}, double-click to isolate`}
              onClick={({ shiftKey }) => (shiftKey ? onIsolate?.(id) : onToggle(id))}
              onDoubleClick={({ shiftKey }) => shiftKey || onIsolate?.(id)}
              sx={{
                ...entry,
                minHeight: 24,
                font: 'inherit',
                borderRadius: '4px',
                // A double tap does not zoom the page.
                touchAction: 'manipulation',
              }}
            >
              {sample}
            </ButtonBase>
          ) : (
            sample
          )}
        </Box>
      );
    })}
  </Box>
);
