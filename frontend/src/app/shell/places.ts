import { useUser } from '@/api/auth/user';
import type { IconName } from '@/components/icon';
import { ACTIVITY, ALERTS, EXCEPTIONS, OVERVIEW, STATUS_PAGES, USAGE } from '@/lib/paths';

export interface Place {
  to: string;
  label: string;
  icon: IconName;
  isForAdmins?: boolean;
  /** Whether it is only in the user menu on narrow screens, which have too little space. */
  isForWide?: boolean;
}

const PLACES: readonly Place[] = [
  { to: OVERVIEW, label: 'Overview', icon: 'overview' },
  { to: ALERTS, label: 'Alerts', icon: 'bell' },
  { to: EXCEPTIONS, label: 'Exceptions', icon: 'bug', isForWide: true },
  { to: ACTIVITY, label: 'Activity', icon: 'activity' },
  { to: STATUS_PAGES, label: 'Status pages', icon: 'monitor', isForWide: true },
  { to: USAGE, label: 'Usage', icon: 'user', isForAdmins: true },
  { to: '/settings', label: 'Settings', icon: 'settings' },
  { to: '/help', label: 'Help', icon: 'help' },
];

/** The pages in the main navigation that the user may open. */
export function usePlaces(): readonly Place[] {
  const isAdmin = useUser().data?.admin ?? false;
  return PLACES.filter(({ isForAdmins = false }) => isAdmin || !isForAdmins);
}
