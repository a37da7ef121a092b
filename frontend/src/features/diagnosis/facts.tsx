import type { ReactNode } from 'react';

import Box from '@mui/material/Box';

/** Names and values. */
export const Facts = ({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) => (
  <Box
    component="dl"
    sx={{
      m: 0,
      display: 'grid',
      gridTemplateColumns: 'max-content minmax(0, 1fr)',
      columnGap: 2,
      rowGap: 0.5,
      fontSize: '0.8125rem',
      overflowWrap: 'anywhere',
      dt: { color: 'text.secondary' },
      dd: { m: 0 },
    }}
  >
    {facts.map(([name, value]) => (
      <Box key={name} sx={{ display: 'contents' }}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </Box>
    ))}
  </Box>
);
