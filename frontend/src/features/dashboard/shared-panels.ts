import type { SharedPanel } from '@/api/types';

/** The panels that a read-only link can show. */
export const PANEL_NAMES: Readonly<Record<SharedPanel, string>> = {
  figures: 'Figures',
  requests: 'Requests over time',
  execution_times: 'Execution time over time',
  hours: 'Requests by hour',
  calendar: 'Daily activity',
  endpoints: 'Execution time by endpoint',
  versions: 'Execution time by version',
};

export const PANELS = Object.keys(PANEL_NAMES) as SharedPanel[];
