import { useTheme } from '@mui/material/styles';

import { useDashboardSummary } from '@/api/get-dashboards';
import { seriesColor } from '@/components/charts/colors';

/** The colour of an endpoint, which is the same on every page: that of its place in the list. */
export function useEndpointColor(dashboardId: string): (endpoint: string) => string {
  const { scheme } = useTheme().palette;
  const endpoints = useDashboardSummary(dashboardId)?.endpoints ?? [];
  return (endpoint) => {
    const place = endpoints.findIndex(({ name }) => name === endpoint);
    return seriesColor(scheme, Math.max(0, place));
  };
}
