import Box from '@mui/material/Box';
import { useRouteError } from 'react-router';

import { messageOf } from '@/api/core/errors';

/**
 * In place of a page that broke, or whose code is gone because a new version is out.
 *
 * It needs no code but what is there from the start: more may be just what cannot be loaded.
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
