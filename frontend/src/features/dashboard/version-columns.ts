import type { VersionUse } from '@/api/get-version-use';
import type { Version } from '@/api/get-versions';

/** More than this do not fit beside each other; the newest are shown. */
const MOST_COLUMNS = 12;

/** The versions in use, the oldest first. */
export function usedVersions(use: readonly VersionUse[], history: readonly Version[]): string[] {
  const used = new Set(use.flatMap(({ byVersion }) => Object.keys(byVersion)));
  const known = history.map(({ name }) => name).filter((name) => used.has(name));
  const unknown = [...used].filter((name) => !known.includes(name));
  return [...known, ...unknown].slice(-MOST_COLUMNS);
}

/** Visits as a share of all visits to the same version: how much of a version's use it was. */
export function versionShares(
  use: readonly VersionUse[],
  versions: readonly string[],
): { name: string; shares: (number | null)[] }[] {
  const totals = versions.map((version) =>
    use.reduce((sum, { byVersion }) => sum + (byVersion[version] ?? 0), 0),
  );
  return use.map(({ name, byVersion }) => ({
    name,
    shares: versions.map((version, at) => {
      const total = totals[at] ?? 0;
      return total === 0 ? null : (byVersion[version] ?? 0) / total;
    }),
  }));
}
