import type { FilterName } from '@/api/statistics/view';

const MISSING: Readonly<Record<FilterName, string>> = {
  endpoint: 'No endpoint',
  version: 'No version',
  group_by: 'No user',
  ip: 'No address',
  status_class: 'No status',
};

/** Whether a value stands for none; of a user whom it does not know the monitoring writes "None". */
export const isMissing = (field: FilterName, value: string): boolean =>
  value === '' || (field === 'group_by' && value === 'None');

/** A value as it is shown. */
export const shownName = (field: FilterName, value: string): string =>
  isMissing(field, value) ? MISSING[field] : value;
