import type { CallField } from '@/api/types';

const MISSING: Readonly<Record<CallField, string>> = {
  endpoint: 'No endpoint',
  version: 'No version',
  group_by: 'No user',
  ip: 'No address',
  status_class: 'No status',
};

/** Whether a value means none; Flask-MonitoringDashboard stores an unknown user as "None". */
export const isMissing = (field: CallField, value: string): boolean =>
  value === '' || (field === 'group_by' && value === 'None');

/** Returns the display name of a value. */
export const shownName = (field: CallField, value: string): string =>
  isMissing(field, value) ? MISSING[field] : value;
