import Box from '@mui/material/Box';

import { CodeBlock } from '@/components/code-block';
import { Notice } from '@/components/notice';

/** What the API says an app needs, where a line ends with what to type. */
const STEP = /^(.*:) ((?:pip|pydash_exporter)\b.*)$/;

interface ExportHintProps {
  title: string;
  /** A step per line. */
  hint: string;
}

/** Says what to do so that an app exports what it does not. */
export const ExportHint = ({ title, hint }: ExportHintProps) => (
  <Notice icon="search" title={title}>
    <Box sx={{ display: 'grid', gap: 1, textAlign: 'left', overflowWrap: 'anywhere' }}>
      {hint.split('\n').map((line) => {
        const [, text, code] = STEP.exec(line) ?? [];
        return (
          <Box key={line} sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 0.5 }}>
            {text ?? line}
            {code !== undefined && <CodeBlock label="the code" code={code} />}
          </Box>
        );
      })}
    </Box>
  </Notice>
);
