import type { VersionUse } from '@/api/statistics/version-use';
import { shownName } from '@/api/statistics/names';

/** Returns the name of a column; null stands for all older versions. */
export const versionName = (version: string | null): string =>
  version === null ? 'Older' : shownName('version', version);

export interface SharesRow {
  name: string;
  /** The share of all requests to each version. */
  shares: readonly number[];
}

/**
 * Returns the distribution of the requests to each version; including the rest, the shares add up
 * to one.
 */
export function versionShares({ visits, users }: VersionUse): SharesRow[] {
  const rest = visits.map((all, at) =>
    users.reduce((left, user) => left - (user.visits[at] ?? 0), all),
  );
  const rows = rest.some((left) => left > 0)
    ? [...users, { name: 'All others', visits: rest }]
    : users;
  return rows.map((row) => ({
    name: row.name,
    shares: visits.map((all, at) => (row.visits[at] ?? 0) / all),
  }));
}
