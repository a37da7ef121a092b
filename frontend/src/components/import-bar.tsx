import Box from '@mui/material/Box';
import LinearProgress from '@mui/material/LinearProgress';

import type { ImportProgress } from '@/api/types';
import { formatNumber, formatPercent, formatSpan } from '@/lib/format';

/** What is left to do: "45% · 120,000 requests so far · 20 s left", as far as it is known. */
const describe = ({ fraction, calls, seconds_left: left }: ImportProgress) =>
  [
    fraction !== null && formatPercent(fraction),
    `${formatNumber(calls)} requests so far`,
    left !== null && `${formatSpan(left)} left`,
  ]
    .filter(Boolean)
    .join(' · ');

/** How far the import of a dashboard's past has come. */
export const ImportBar = ({ progress }: { progress: ImportProgress }) => (
  <Box sx={{ mt: 1 }}>
    <LinearProgress
      aria-label="History import"
      {...(progress.fraction === null
        ? {}
        : { variant: 'determinate' as const, value: progress.fraction * 100 })}
      sx={{ height: 6, borderRadius: 3, mb: 0.5 }}
    />
    {describe(progress)}
  </Box>
);
