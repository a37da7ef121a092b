import Box from '@mui/material/Box';

import { healthOf, type Observed } from '@/api/dashboards/health';

const COLORS = { good: 'success.main', busy: 'primary.main', bad: 'error.main' } as const;

/**
 * The state of a dashboard: a filled dot if it is healthy, otherwise a ring, with a label for
 * screen readers.
 */
export function StateDot({ dashboard }: { dashboard: Observed }) {
  const { level, label } = healthOf(dashboard);
  return (
    <Box
      role="img"
      aria-label={label}
      sx={{
        flexShrink: 0,
        width: 8,
        height: 8,
        mx: '5px',
        borderRadius: '50%',
        border: 2,
        borderColor: COLORS[level],
        bgcolor: level === 'good' ? COLORS.good : 'transparent',
      }}
    />
  );
}
