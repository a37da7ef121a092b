import Box from '@mui/material/Box';

import { CodeBlock } from '@/components/code-block';
import { Notice } from '@/components/notice';

/** What to do, and what to type for it. */
interface Step {
  text: string;
  code?: string;
}

/** What the API says an app needs, where a line ends with what to type. */
const LINE = /^(.*:) ((?:pip|pydash_exporter)\b.*)$/;

function stepOf(line: string): Step {
  const [, text = line, code] = LINE.exec(line) ?? [];
  return { text, code };
}

interface ExportHintProps {
  title: string;
  /** What the app needs to export it, a step per line; null if it does. */
  hint: string | null;
  /** What it needs to have something to export. */
  source?: Step;
}

/** Says how to get what an app does not export, or does not record. */
export const ExportHint = ({ title, hint, source }: ExportHintProps) => (
  <Notice icon="search" title={title}>
    <Box sx={{ display: 'grid', gap: 1, textAlign: 'left', overflowWrap: 'anywhere' }}>
      {[...(hint?.split('\n').map(stepOf) ?? []), ...(source ? [source] : [])].map(
        ({ text, code }) => (
          <Box key={text} sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 0.5 }}>
            {text}
            {code !== undefined && <CodeBlock label="the code" code={code} />}
          </Box>
        ),
      )}
    </Box>
  </Notice>
);
