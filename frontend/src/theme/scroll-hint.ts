import type { Theme } from '@mui/material/styles';

/**
 * Shades an edge beyond which there is more to scroll to, behind the content.
 *
 * Two covers move with the content and hide the shades where it ends.
 *
 * @param surface the colour behind the content
 */
export const scrollHint = ({ palette }: Theme, surface: 'default' | 'paper') => {
  const cover = `${palette.background[surface]} 40%, transparent`;
  const shade = `${palette.action.disabledBackground}, transparent`;
  const at = (side: 'left' | 'right', colors: string, width: number, moves: string) =>
    `linear-gradient(to ${side === 'left' ? 'right' : 'left'}, ${colors}) ` +
    `${side} / ${width}px 100% no-repeat ${moves}`;
  return [
    at('left', cover, 32, 'local'),
    at('right', cover, 32, 'local'),
    at('left', shade, 16, 'scroll'),
    at('right', shade, 16, 'scroll'),
  ].join(', ');
};
