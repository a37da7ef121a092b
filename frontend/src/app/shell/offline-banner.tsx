import { useSyncExternalStore } from 'react';

import Box from '@mui/material/Box';

import { isServerReachable, watchReachability } from '@/api/core/connection';
import { Icon } from '@/components/icon';

function watchConnection(notify: () => void): () => void {
  window.addEventListener('online', notify);
  window.addEventListener('offline', notify);
  return () => {
    window.removeEventListener('online', notify);
    window.removeEventListener('offline', notify);
  };
}

/** Shows that the connection is lost and that the data may be outdated. */
export function OfflineBanner() {
  const isOnline = useSyncExternalStore(watchConnection, () => navigator.onLine);
  const isReachable = useSyncExternalStore(watchReachability, isServerReachable);
  return (
    <Box role="status">
      {!(isOnline && isReachable) && (
        <Box
          sx={{
            display: 'flex',
            gap: 1,
            alignItems: 'center',
            px: { xs: 2, md: 3 },
            py: 1,
            fontSize: '0.8125rem',
            bgcolor: 'action.hover',
            borderBottom: 1,
            borderColor: 'divider',
          }}
        >
          <Icon name="alert" color="warning.main" />
          {isOnline ? 'PyDash is not responding.' : 'You are offline.'} You are viewing previously
          loaded data; changes cannot be saved.
        </Box>
      )}
    </Box>
  );
}
