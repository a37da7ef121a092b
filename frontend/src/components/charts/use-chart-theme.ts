import { useMemo } from 'react';

import { useTheme } from '@mui/material/styles';

/** The Nivo theme: text, axes and grid in the colours of the page. */
export function useChartTheme() {
  const { palette, typography } = useTheme();
  const { border, textSoft } = palette.scheme;
  const { fontFamily } = typography;
  return useMemo(() => {
    const text = { fontFamily, fontSize: 11, fill: textSoft };
    return {
      text,
      axis: {
        domain: { line: { stroke: 'transparent' } },
        ticks: { line: { stroke: border }, text },
      },
      grid: { line: { stroke: border, strokeWidth: 1 } },
    };
  }, [border, fontFamily, textSoft]);
}
