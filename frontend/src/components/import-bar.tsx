import Box from '@mui/material/Box';
import LinearProgress from '@mui/material/LinearProgress';

import type { ImportProgress } from '@/api/types';
import { countRequests, formatPercent, formatSpan } from '@/lib/format';

/** Describes the known progress: "45% · 120,000 requests so far · 20 s left". */
const describe = ({ fraction, calls, seconds_left: left }: ImportProgress) =>
  [
    fraction !== null && formatPercent(fraction),
    `${countRequests(calls)} so far`,
    left !== null && `${formatSpan(left)} left`,
  ]
    .filter(Boolean)
    .join(' · ');

/** The progress of a history import. */
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
