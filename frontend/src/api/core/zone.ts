import type { User } from '@/api/types';
import { browserZone, isKnownZone } from '@/lib/time-zone';

/** Returns the time zone in a user's settings; by default the browser's. */
export const zoneOf = (user: User | null | undefined): string =>
  user?.timezone && isKnownZone(user.timezone) ? user.timezone : browserZone();
