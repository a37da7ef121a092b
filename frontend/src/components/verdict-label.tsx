import Box from '@mui/material/Box';

import type { VersionVerdict } from '@/api/types';

export type VerdictState = VersionVerdict['state'];

interface Look {
  name: string;
  color: string;
  /** On a 12-pixel grid; the shape tells verdicts apart without their colour. */
  path: string;
  isFilled?: boolean;
}

const RING = 'M6 2.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7Z';

const LOOKS: Readonly<Record<VerdictState, Look>> = {
  worse: { name: 'Worse', color: 'error.main', path: 'M6 10.5 1 2h10Z', isFilled: true },
  better: { name: 'Better', color: 'success.main', path: 'M6 1.5 11 10H1Z', isFilled: true },
  same: { name: 'Same', color: 'text.secondary', path: 'M2 4.5h8M2 7.5h8' },
  too_little_data: { name: 'Too few requests', color: 'text.secondary', path: RING },
  pending: { name: 'Pending', color: 'text.secondary', path: RING },
};

export const verdictName = (state: VerdictState): string => LOOKS[state].name;

/** Whether a version or an endpoint is better or worse, as a coloured shape and a word. */
export function VerdictLabel({ state }: { state: VerdictState }) {
  const { name, color, path, isFilled = false } = LOOKS[state];
  return (
    <Box
      component="span"
      sx={{
        display: 'inline-flex',
        alignItems: 'center',
        gap: 0.5,
        color,
        fontWeight: 550,
        whiteSpace: 'nowrap',
      }}
    >
      <svg
        width={12}
        height={12}
        aria-hidden
        fill={isFilled ? 'currentColor' : 'none'}
        stroke="currentColor"
        strokeWidth={isFilled ? 0 : 1.5}
      >
        <path d={path} />
      </svg>
      {name}
    </Box>
  );
}
