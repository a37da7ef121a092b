import { useTheme } from '@mui/material/styles';

import { useVersions } from '@/api/statistics/history';
import { restColor, seriesColor } from '@/theme/colors';

/**
 * Returns the colour of a version, which is the same on every page: it depends on its position in
 * the history.
 */
export function useVersionColor(dashboardId: string): (version: string) => string {
  const { scheme } = useTheme().palette;
  const versions = useVersions(dashboardId).data;
  return (version) => {
    if (versions === undefined) return restColor(scheme);
    const place = versions.findIndex(({ name }) => name === version);
    // A version that is not in the history yet is the next one.
    return seriesColor(scheme, place < 0 ? versions.length : place);
  };
}
