import { useTheme } from '@mui/material/styles';

import { useEndpointOrder } from '@/api/statistics/history';
import { restColor, seriesColor } from '@/theme/colors';

/**
 * The colour of an endpoint, which is the same on every page.
 *
 * It goes by the visits of all time, so that the endpoints that are seen most differ most.
 */
export function useEndpointColor(dashboardId: string): (endpoint: string) => string {
  const { scheme } = useTheme().palette;
  const order = useEndpointOrder(dashboardId).data ?? [];
  return (endpoint) => {
    const place = order.indexOf(endpoint);
    return place < 0 ? restColor(scheme) : seriesColor(scheme, place);
  };
}
