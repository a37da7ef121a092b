import Box from '@mui/material/Box';

import { useNow } from '@/hooks/use-now';
import { useZone } from '@/hooks/use-zone';
import { zoneName } from '@/lib/time-zone';

/** The time zone of all times of a page: "Times in Europe/Berlin (GMT+1)". */
export function ZoneNote() {
  const zone = useZone();
  const name = zoneName(zone, useNow());
  return (
    <Box component="span" sx={{ fontSize: '0.75rem', color: 'text.secondary' }}>
      Times in {zone === name ? zone : `${zone.replaceAll('_', ' ')} (${name})`}
    </Box>
  );
}
