import Box from '@mui/material/Box';
import { useRouteError } from 'react-router';

import { messageOf } from '@/api/core/errors';

/**
 * Replaces a page that failed, or whose code is gone after an update.
 *
 * It only uses code from the initial bundle: other code may be what failed to load.
 */
export function RouteError() {
  const error = useRouteError();
  return (
    <Box role="alert" sx={{ maxWidth: 520, mx: 'auto', px: 2, py: 8, textAlign: 'center' }}>
      <h1>Something went wrong</h1>
      <p>{messageOf(error)}</p>
      <a href={window.location.href}>Reload page</a>
    </Box>
  );
}
