import Box from '@mui/material/Box';

import type { Alert, Rule } from '@/api/types';

type State = Alert['state'] | Rule['state'];

const NAMES: Readonly<Record<State, string>> = {
  ok: 'OK',
  pending: 'Pending',
  firing: 'Firing',
  recovering: 'Recovering',
  flapping: 'Flapping',
  no_data: 'No data',
  error: 'Unknown',
  resolved: 'Resolved',
};

const COLORS: Readonly<Partial<Record<State, string>>> = {
  ok: 'success.main',
  resolved: 'success.main',
  firing: 'error.main',
  flapping: 'error.main',
  recovering: 'primary.main',
};

/** The state of a rule or an alert. */
export const StateLabel = ({ state }: { state: State }) => (
  <Box component="span" sx={{ color: COLORS[state] ?? 'text.secondary', fontWeight: 550 }}>
    {NAMES[state]}
  </Box>
);

const SEVERITIES: Readonly<Record<Alert['severity'], { name: string; color: string }>> = {
  info: { name: 'Info', color: 'text.secondary' },
  warning: { name: 'Warning', color: 'warning.main' },
  critical: { name: 'Critical', color: 'error.main' },
};

/** How grave an alert is. */
export const SeverityLabel = ({ severity }: { severity: Alert['severity'] }) => (
  <Box component="span" sx={{ color: SEVERITIES[severity].color }}>
    {SEVERITIES[severity].name}
  </Box>
);
