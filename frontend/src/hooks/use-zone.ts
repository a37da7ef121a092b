import { useQuery } from '@tanstack/react-query';

import { userQuery } from '@/api/auth/user';
import { zoneOf } from '@/api/core/zone';

/** Returns the time zone of all pages: the one in the user's settings, or the browser's. */
export const useZone = (): string => zoneOf(useQuery({ ...userQuery(), enabled: false }).data);
