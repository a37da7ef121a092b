import Box from '@mui/material/Box';

import { useAlertCount } from '@/api/alerts/alerts';

/** The number of alerts that last, next to a label; nothing while there are none. */
export function AlertsCount() {
  const count = useAlertCount();
  if (count === 0) return null;
  return (
    <Box
      component="strong"
      role="status"
      aria-label={`${count} ${count === 1 ? 'alert' : 'alerts'}`}
      sx={{
        flexShrink: 0,
        minWidth: 18,
        px: 0.5,
        borderRadius: 9,
        bgcolor: 'error.main',
        color: 'error.contrastText',
        fontSize: '0.6875rem',
        lineHeight: '18px',
        textAlign: 'center',
      }}
    >
      {count}
    </Box>
  );
}
