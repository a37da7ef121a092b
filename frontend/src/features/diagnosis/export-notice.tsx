import Box from '@mui/material/Box';

import { CodeBlock } from '@/components/code-block';
import { Notice } from '@/components/notice';

interface ExportNoticeProps {
  title: string;
  /** What to do so that the app exports it; null if it does. */
  hint: string | null;
  /** What to do in an app that exports it but has nothing to export. */
  how: string;
  code: string;
}

/** Says how to get what an app does not export, or does not record. */
export const ExportNotice = ({ title, hint, how, code }: ExportNoticeProps) => (
  <Notice icon="search" title={title}>
    <Box sx={{ textAlign: 'left', overflowWrap: 'anywhere' }}>
      {hint !== null && <Box sx={{ whiteSpace: 'pre-line', mb: 1.5 }}>{hint}</Box>}
      {how}
    </Box>
    <Box sx={{ mt: 1.5 }}>
      <CodeBlock label="the code" code={code} />
    </Box>
  </Notice>
);
