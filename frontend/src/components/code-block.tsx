import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';

import { Icon } from '@/components/icon';
import { useCopy } from '@/components/use-copy';
import { MONOSPACE } from '@/theme/theme';

interface CodeBlockProps {
  /** Names the code in the label of the copy button. */
  label: string;
  code: string;
}

/** Copies a text to the clipboard. */
export function CopyButton({ label, code }: CodeBlockProps) {
  const copy = useCopy('Select the text and copy it manually.');
  return (
    <IconButton
      aria-label={`Copy ${label}`}
      onClick={() => copy(code)}
      sx={{ bgcolor: 'background.paper' }}
    >
      <Icon name="copy" />
    </IconButton>
  );
}

/** Code to copy. */
export const CodeBlock = ({ label, code }: CodeBlockProps) => (
  <Box
    sx={{
      position: 'relative',
      minWidth: 0, // in a grid: the longest line would make it wider than its dialog
      textAlign: 'left',
      bgcolor: 'action.hover',
      borderRadius: 1,
    }}
  >
    <Box
      component="pre"
      sx={{
        m: 0,
        p: 1.5,
        pr: 6,
        whiteSpace: 'pre-wrap',
        overflowWrap: 'anywhere',
        fontFamily: MONOSPACE,
        fontSize: '0.8125rem',
      }}
    >
      <code>{code}</code>
    </Box>
    <Box sx={{ position: 'absolute', top: 4, right: 4 }}>
      <CopyButton {...{ label, code }} />
    </Box>
  </Box>
);
