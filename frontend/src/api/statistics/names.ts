import type { CallField } from '@/api/types';

const MISSING: Readonly<Record<CallField, string>> = {
  endpoint: 'No endpoint',
  version: 'No version',
  group_by: 'No user',
  ip: 'No address',
  status_class: 'No status',
};

/** Whether a value is missing. */
export const isMissing = (value: string): boolean => value === '';

/** Returns the display name of a value. */
export const shownName = (field: CallField, value: string): string =>
  isMissing(value) ? MISSING[field] : value;
