import type { Incident } from '@/api/types';

/** The names of the states of incidents, in their usual order. */
export const STATES: Readonly<Record<Incident['state'], string>> = {
  investigating: 'Investigating',
  identified: 'Identified',
  monitoring: 'Monitoring',
  resolved: 'Resolved',
  post_mortem: 'Post-mortem',
};

/** The names of what an incident means for the apps. */
export const IMPACTS: Readonly<Record<Incident['impact'], string>> = {
  none: 'None, for information only',
  degraded: 'Degraded performance',
  partial_outage: 'Partial outage',
  major_outage: 'Major outage',
};

/** Returns the choices of a field. */
export const optionsOf = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([value, name]) => ({ value, name }));
