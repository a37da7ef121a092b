import { dashboardPath } from '@/api/core/client';
import { resolveRange, type View } from '@/api/statistics/view';
import { ROOT } from '@/lib/root';

export type ExportFormat = 'csv' | 'json';

/** Returns the URL to download the raw requests of a view. */
export function exportUrl(dashboardId: string, view: View, format: ExportFormat): string {
  const { start, end } = resolveRange(view, new Date());
  const params = new URLSearchParams({ ...view.filters, format, end_date: end.toISOString() });
  if (start) params.set('start_date', start.toISOString());
  return `${ROOT}api${dashboardPath(dashboardId, 'export')}?${params.toString()}`;
}

/** Returns the URL to download the newest days as pages of the exporter, pseudonymised. */
export const archiveUrl = (dashboardId: string): string =>
  `${ROOT}api${dashboardPath(dashboardId, 'archive.zip')}`;
