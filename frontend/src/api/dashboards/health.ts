import type { Dashboard } from '@/api/types';

export interface Health {
  level: 'good' | 'busy' | 'bad';
  label: string;
}

export type Observed = Pick<Dashboard, 'state' | 'error' | 'availability'>;

/** The state of a dashboard with a short label. */
export function healthOf({ state, error, availability }: Observed): Health {
  if (availability === 'down') return { level: 'bad', label: 'Down' };
  if (error !== null || state.endsWith('_failure'))
    return { level: 'bad', label: 'Fetching failed' };
  if (availability === 'checking') return { level: 'busy', label: 'Checking whether it is down' };
  if (state === 'not_initialized') return { level: 'busy', label: 'Waiting for the first fetch' };
  if (state === 'initialized_endpoints') return { level: 'busy', label: 'Importing history' };
  return { level: 'good', label: 'Up to date' };
}
