import type { ReactNode } from 'react';

import Box from '@mui/material/Box';

import { Swatch, type LegendEntry } from '@/components/charts/legend';

/** The card of a tooltip. */
export const TooltipCard = ({ title, children }: { title: string; children: ReactNode }) => (
  <Box
    sx={{
      px: 1.25,
      py: 1,
      bgcolor: 'background.paper',
      border: 1,
      borderColor: 'divider',
      borderRadius: '6px',
      boxShadow: '0 4px 16px rgb(0 0 0 / 0.14)',
      fontSize: '0.75rem',
      lineHeight: 1.5,
      overflowWrap: 'anywhere',
    }}
  >
    {title && <Box sx={{ fontWeight: 600 }}>{title}</Box>}
    {children}
  </Box>
);

export interface TooltipRow extends Partial<LegendEntry> {
  name: string;
  value: string;
}

/** Rows of swatch, name and value. */
export const TooltipRows = ({ rows }: { rows: readonly TooltipRow[] }) =>
  rows.map(({ id, name, value, color, dash }) => (
    <Box key={id ?? name} sx={{ display: 'flex', alignItems: 'center', gap: 0.75 }}>
      {color !== undefined && <Swatch color={color} dash={dash} />}
      <Box
        component="span"
        sx={{
          flex: 1,
          color: 'text.secondary',
          minWidth: 0,
          maxWidth: 220,
          overflow: 'hidden',
          textOverflow: 'ellipsis',
          whiteSpace: 'nowrap',
        }}
      >
        {name}
      </Box>
      <Box component="span" sx={{ pl: 1.5, whiteSpace: 'nowrap' }}>
        {value}
      </Box>
    </Box>
  ));
