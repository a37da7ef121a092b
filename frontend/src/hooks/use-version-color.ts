import { useTheme } from '@mui/material/styles';

import { useVersions } from '@/api/statistics/history';
import { restColor, seriesColor } from '@/theme/colors';

/** The colour of a version, which is the same on every page: that of its place in the history. */
export function useVersionColor(dashboardId: string): (version: string) => string {
  const { scheme } = useTheme().palette;
  const versions = useVersions(dashboardId).data;
  return (version) => {
    if (versions === undefined) return restColor(scheme);
    const place = versions.findIndex(({ name }) => name === version);
    // One that the history does not have yet is the next.
    return seriesColor(scheme, place < 0 ? versions.length : place);
  };
}
