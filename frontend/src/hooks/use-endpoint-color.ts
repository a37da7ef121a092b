import { useTheme } from '@mui/material/styles';

import { useEndpointOrder } from '@/api/statistics/history';
import { restColor, seriesColor } from '@/theme/colors';

/**
 * Returns the colour of an endpoint, which is the same on every page.
 *
 * Colours are assigned by all-time requests, so that the most frequent endpoints are the most
 * distinct.
 */
export function useEndpointColor(dashboardId: string): (endpoint: string) => string {
  const { scheme } = useTheme().palette;
  const order = useEndpointOrder(dashboardId).data ?? [];
  return (endpoint) => {
    const place = order.indexOf(endpoint);
    return place < 0 ? restColor(scheme) : seriesColor(scheme, place);
  };
}
