import Box from '@mui/material/Box';

import type { Dashboard } from '@/api/types';
import { RelativeTime } from '@/components/relative-time';

/** Notices about the data, such as gaps, newest first. */
export const Notices = ({ notices }: Pick<Dashboard, 'notices'>) => (
  <Box
    component="ul"
    aria-label="Notices"
    sx={{ m: 0, p: 0, listStyle: 'none', fontSize: '0.8125rem', maxHeight: 200, overflow: 'auto' }}
  >
    {notices.toReversed().map(({ time, text }) => (
      <Box component="li" key={`${time} ${text}`} sx={{ py: 0.5 }}>
        {text}{' '}
        <Box component="span" sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>
          <RelativeTime moment={time} />
        </Box>
      </Box>
    ))}
  </Box>
);
