import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { REFRESH_MS } from '@/api/core/refresh';
import { byAge, versionsQuery, type Version } from '@/api/statistics/history';
import { getStatistics, MOST_GROUPS, type Dimension } from '@/api/statistics/query';
import { resolveRange, type Filters, type Interval, type View } from '@/api/statistics/view';

/** So many versions and users (or what else uses them) are told apart. */
const NEWEST_VERSIONS = 12;
const LARGEST_USERS = 15;

/** Who used which version how often; a place in a list of visits belongs to a version. */
export interface VersionUse {
  /** The newest in use, the oldest of them first; null stands for all older ones together. */
  versions: readonly (string | null)[];
  visits: readonly number[];
  /** The users, IP addresses or endpoints with most visits. */
  users: readonly VersionUser[];
}

export interface VersionUser {
  name: string;
  visits: readonly number[];
}

type Counts = Record<string, number>;

const sum = (values: readonly number[]) => values.reduce((before, value) => before + value, 0);

/** The visits to some versions, and first, if there are any, those to older ones. */
function visitsTo(newest: readonly string[], counts: Counts, total: number, hasOlder: boolean) {
  const visits = newest.map((version) => counts[version] ?? 0);
  return hasOlder ? [total - sum(visits), ...visits] : visits;
}

const largest = (counts: Counts): string[] =>
  Object.entries(counts)
    .sort(([, one], [, other]) => other - one)
    .slice(0, LARGEST_USERS)
    .map(([name]) => name);

const pairCount = (pairs: Record<string, Counts>) =>
  sum(Object.values(pairs).map((counts) => Object.keys(counts).length));

/** The part of an interval in which a version and all later ones are used. */
function sinceVersion({ start, end }: Interval, version: string, history: readonly Version[]) {
  const since = history.find(({ name }) => name === version)?.since;
  if (since === undefined || (start !== undefined && since < start)) return { start, end };
  // Of times long past no less than days may be kept.
  return { start: new Date(since.toISOString().slice(0, 10)), end };
}

type Ask = <T>(breakdown: readonly Dimension[], more?: Filters) => Promise<T>;

/** The visits of each user to each version: in one answer if it holds them, else user by user. */
async function visitsOfEach(ask: Ask, by: Dimension, users: readonly string[]) {
  const pairs = await ask<Record<string, Counts>>([by, 'version']);
  if (pairCount(pairs) < MOST_GROUPS) return pairs;
  const answers = users.map(
    async (user) => [user, await ask(['version'], { [by]: user })] as const,
  );
  return Object.fromEntries(await Promise.all(answers)) as Record<string, Counts>;
}

/** Who used which version how often. */
export const versionUseQuery = (
  dashboardId: string,
  by: Exclude<Dimension, 'version'>,
  { range, filters }: View,
) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'version-use', by, range, filters],
    queryFn: async ({ client, signal }): Promise<VersionUse> => {
      const interval = resolveRange(range, new Date());
      const askIn =
        (asked: Interval): Ask =>
        (breakdown, more) => {
          const request = { interval: asked, filters: { ...filters, ...more }, breakdown };
          return getStatistics(dashboardId, ['total_visits'], request, signal);
        };
      const [history, byVersion, byUser] = await Promise.all([
        client.query(versionsQuery(dashboardId)),
        askIn(interval)<Counts>(['version']),
        askIn(interval)<Counts>([by]),
      ]);
      const versions = Object.keys(byVersion).sort(byAge(history));
      const newest = versions.slice(-NEWEST_VERSIONS);
      const hasOlder = newest.length < versions.length;
      const recent = sinceVersion(interval, newest[0] ?? '', history);
      const names = largest(byUser);
      const used = await visitsOfEach(askIn(recent), by, names);
      const visitsOf = (counts: Counts, total: number) => visitsTo(newest, counts, total, hasOlder);
      return {
        versions: hasOlder ? [null, ...newest] : newest,
        visits: visitsOf(byVersion, sum(Object.values(byVersion))),
        users: names.map((name) => ({
          name,
          visits: visitsOf(used[name] ?? {}, byUser[name] ?? 0),
        })),
      };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useVersionUse = (...args: Parameters<typeof versionUseQuery>) =>
  useQuery(versionUseQuery(...args));
