import Box from '@mui/material/Box';
import { keyframes } from '@mui/material/styles';

const slide = keyframes({ from: { translate: '-40% 0' }, to: { translate: '240% 0' } });
const bar = {
  position: 'fixed',
  top: 0,
  width: '40%',
  height: 2,
  bgcolor: 'primary.main',
  animation: `${slide} 1.2s ease-in-out infinite`,
};

/** Shown until the first page has loaded. */
export const Starting = () => <Box role="progressbar" aria-label="Loading PyDash" sx={bar} />;
