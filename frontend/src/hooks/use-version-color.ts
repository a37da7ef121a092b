import { useTheme } from '@mui/material/styles';

import { useVersions } from '@/api/get-versions';
import { seriesColor } from '@/components/charts/colors';

/** The colour of a version, which is the same on every page: that of its place in the history. */
export function useVersionColor(dashboardId: string): (version: string) => string {
  const { scheme } = useTheme().palette;
  const versions = useVersions(dashboardId).data ?? [];
  return (version) => {
    const place = versions.findIndex(({ name }) => name === version);
    return seriesColor(scheme, Math.max(0, place));
  };
}
