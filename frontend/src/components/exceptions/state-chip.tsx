import Box from '@mui/material/Box';

import type { ExceptionState } from '@/api/types';

export const STATES: Readonly<Record<ExceptionState, { name: string; color: string }>> = {
  new: { name: 'New', color: 'warning.main' },
  ongoing: { name: 'Ongoing', color: 'text.secondary' },
  regressed: { name: 'Regressed', color: 'error.main' },
  resolved: { name: 'Resolved', color: 'success.main' },
  ignored: { name: 'Ignored', color: 'text.secondary' },
};

/** The state of a group of exceptions. */
export const StateChip = ({ state }: { state: ExceptionState }) => (
  <Box
    component="span"
    sx={{
      display: 'inline-block',
      px: 0.75,
      border: 1,
      borderColor: STATES[state].color,
      borderRadius: '4px',
      color: STATES[state].color,
      fontSize: '0.75rem',
      fontWeight: 550,
      lineHeight: '18px',
      whiteSpace: 'nowrap',
    }}
  >
    {STATES[state].name}
  </Box>
);
