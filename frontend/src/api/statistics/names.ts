import type { CallField } from '@/api/types';

const MISSING: Readonly<Record<CallField, string>> = {
  endpoint: 'No endpoint',
  version: 'No version',
  group_by: 'No user',
  ip: 'No address',
  status_class: 'No status',
};

/** Whether a value stands for none; of a user whom it does not know the monitoring writes "None". */
export const isMissing = (field: CallField, value: string): boolean =>
  value === '' || (field === 'group_by' && value === 'None');

/** A value as it is shown. */
export const shownName = (field: CallField, value: string): string =>
  isMissing(field, value) ? MISSING[field] : value;
