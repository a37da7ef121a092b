import { useState } from 'react';

import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';

import type { StackFrame } from '@/api/types';
import { Icon } from '@/components/icon';
import { MONOSPACE } from '@/theme/theme';

/** Frames that follow each other, of the app or of packages. */
interface Run {
  own: boolean;
  /** The place of the first frame on the stack. */
  at: number;
  frames: StackFrame[];
}

/** Returns the frames by whether they are the app's own; none is folded if the app has none. */
export function runsOf(stack: readonly StackFrame[]): Run[] {
  const isForeign = stack.every(({ own }) => !own);
  const runs: Run[] = [];
  stack.forEach((frame, at) => {
    const own = frame.own || isForeign;
    const last = runs.at(-1);
    if (last?.own === own) last.frames.push(frame);
    else runs.push({ own, at, frames: [frame] });
  });
  return runs;
}

/** Returns a stack as Python prints it. */
export const tracebackOf = (stack: readonly StackFrame[], error: string): string =>
  [
    'Traceback (most recent call last):',
    ...stack.flatMap(({ file, line, function: name, source }) => [
      `  File "${file}", line ${line}, in ${name}`,
      ...(source === null ? [] : [`    ${source.trim()}`]),
    ]),
    error,
  ].join('\n');

const Frame = ({ frame, isLast }: { frame: StackFrame; isLast: boolean }) => (
  <Box
    component="li"
    sx={{
      py: 0.5,
      pl: 1.5,
      borderLeft: 3,
      borderColor: frame.own ? 'primary.main' : 'divider',
      overflowWrap: 'anywhere',
    }}
  >
    <Box component="span" sx={{ fontWeight: frame.own ? 600 : 400 }}>
      {frame.function}
    </Box>{' '}
    <Box component="span" sx={{ color: 'text.secondary' }}>
      {frame.file}:{frame.line}
      {isLast && ', raised here'}
    </Box>
    {frame.source !== null && (
      <Box
        component="code"
        sx={{ display: 'block', fontFamily: MONOSPACE, whiteSpace: 'pre-wrap' }}
      >
        {frame.source.trim()}
      </Box>
    )}
  </Box>
);

/** Frames of packages, which open on a click. */
function Folded({ frames, isLast }: { frames: readonly StackFrame[]; isLast: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const count =
    frames.length === 1 ? '1 frame of a package' : `${frames.length} frames of packages`;
  return (
    <>
      <Box component="li" sx={{ borderLeft: 3, borderColor: 'divider' }}>
        <ButtonBase
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          sx={{
            width: '100%',
            minHeight: 32,
            pl: 1,
            gap: 0.5,
            justifyContent: 'flex-start',
            font: 'inherit',
            textAlign: 'left',
            color: 'text.secondary',
            '&:hover': { bgcolor: 'action.hover' },
          }}
        >
          <Box sx={{ lineHeight: 0, transform: isOpen ? 'rotate(90deg)' : 'none' }}>
            <Icon name="chevron" size={14} />
          </Box>
          {count}
        </ButtonBase>
      </Box>
      {isOpen &&
        frames.map((frame, at) => (
          <Frame key={at} frame={frame} isLast={isLast && at === frames.length - 1} />
        ))}
    </>
  );
}

/** A stack, the outermost frame first: those of the app are open, the others are folded. */
export function StackView({ stack }: { stack: readonly StackFrame[] }) {
  const runs = runsOf(stack);
  return (
    <Box
      component="ol"
      aria-label="Stack"
      sx={{ m: 0, p: 0, listStyle: 'none', fontSize: '0.8125rem' }}
    >
      {runs.map(({ own, at, frames }) => {
        const isLast = at + frames.length === stack.length;
        if (!own) return <Folded key={at} frames={frames} isLast={isLast} />;
        return frames.map((frame, place) => (
          <Frame key={at + place} frame={frame} isLast={isLast && place === frames.length - 1} />
        ));
      })}
    </Box>
  );
}
