import Box from '@mui/material/Box';

import type { StackFrame } from '@/api/types';
import { MONOSPACE } from '@/theme/theme';

/** A stack, outermost first; frames of packages are pale. */
export const StackList = ({ stack }: { stack: readonly StackFrame[] }) => (
  <Box
    component="ol"
    aria-label="Stack"
    sx={{ m: 0, pl: 3, fontSize: '0.8125rem', overflowWrap: 'anywhere' }}
  >
    {stack.map(({ file, line, function: name, own, source }, at) => (
      <Box
        component="li"
        key={at}
        sx={{ color: own ? 'text.primary' : 'text.secondary', py: 0.25 }}
      >
        <Box component="span" sx={{ fontWeight: own ? 550 : 400 }}>
          {name}
        </Box>{' '}
        <Box component="span" sx={{ color: 'text.secondary' }}>
          {file}:{line}
        </Box>
        {source !== null && (
          <Box component="code" sx={{ display: 'block', fontFamily: MONOSPACE }}>
            {source.trim()}
          </Box>
        )}
      </Box>
    ))}
  </Box>
);
