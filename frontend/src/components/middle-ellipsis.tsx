import Box from '@mui/material/Box';

/** How many characters of the end are always shown. */
const END = 10;

const SEGMENTER = new Intl.Segmenter();

/**
 * A text in one line that is shortened in its middle: names of endpoints often differ only at their
 * end.
 */
export function MiddleEllipsis({ text }: { text: string }) {
  const characters = Array.from(SEGMENTER.segment(text), ({ segment }) => segment);
  const cut = characters.length > 2 * END ? characters.length - END : characters.length;
  return (
    <Box component="span" sx={{ display: 'flex', whiteSpace: 'pre' }}>
      <Box component="span" sx={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>
        {characters.slice(0, cut).join('')}
      </Box>
      {cut < characters.length && <span>{characters.slice(cut).join('')}</span>}
    </Box>
  );
}
