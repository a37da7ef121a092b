import Box from '@mui/material/Box';
import LinearProgress from '@mui/material/LinearProgress';

/** What is seen until the first page is there. */
export const Starting = () => (
  <Box sx={{ position: 'fixed', inset: '0 0 auto 0' }}>
    <LinearProgress aria-label="Loading PyDash" sx={{ height: 2 }} />
  </Box>
);
