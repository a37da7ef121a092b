import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { REFRESH_MS } from '@/api/core/refresh';
import { byAge, versionsQuery, type Version } from '@/api/statistics/history';
import { MAX_GROUPS, queryValues, type Request } from '@/api/statistics/query';
import { resolveRange, type Interval, type View } from '@/api/statistics/view';
import type { CallField } from '@/api/types';

/** The maximum number of versions and of users (or other groups). */
const MAX_VERSIONS = 12;
const MAX_USERS = 15;

/**
 * The requests of each user to each version; lists of requests are in the order of the versions.
 */
export interface VersionUse {
  /** The newest versions in use, oldest first; null stands for all older ones combined. */
  versions: readonly (string | null)[];
  visits: readonly number[];
  /** The users, IP addresses or endpoints with the most requests. */
  users: readonly VersionUser[];
}

export interface VersionUser {
  name: string;
  visits: readonly number[];
}

interface VersionVisits {
  key: { version: string };
  values: { total_visits: number };
}

const sum = (values: readonly number[]) => values.reduce((before, value) => before + value, 0);

/** Returns the part of an interval in which a version and all later ones are used. */
function sinceVersion({ start, end }: Interval, version: string, history: readonly Version[]) {
  const since = history.find(({ name }) => name === version)?.since;
  if (since === undefined || (start !== undefined && since < start)) return { start, end };
  // Data of the distant past may be kept per day only.
  return { start: new Date(since.toISOString().slice(0, 10)), end };
}

/** The requests of each user to each version. */
export const versionUseQuery = (
  dashboardId: string,
  by: Exclude<CallField, 'version'>,
  { range, zone, filters }: View,
) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'version-use', by, range, zone, filters],
    queryFn: async ({ client, signal }): Promise<VersionUse> => {
      const interval = resolveRange({ range, zone }, new Date());
      const visitsBy = <B extends CallField>(request: Request<B>) =>
        queryValues(dashboardId, ['total_visits'], request, signal);
      const [history, byVersion, users] = await Promise.all([
        client.query(versionsQuery(dashboardId)),
        visitsBy({ interval, filters, breakdown: ['version'] }),
        visitsBy({ interval, filters, breakdown: [by], top: MAX_USERS }),
      ]);
      const versions = byVersion.map(({ key }) => key.version).sort(byAge(history));
      const newest = versions.slice(-MAX_VERSIONS);
      const hasOlder = newest.length < versions.length;
      /**
       * Returns the requests to each version, preceded by those to all older ones if there are any.
       */
      const inColumns = (groups: readonly VersionVisits[], total: number) => {
        const counts = new Map(groups.map(({ key, values }) => [key.version, values.total_visits]));
        const visits = newest.map((version) => counts.get(version) ?? 0);
        return hasOlder ? [total - sum(visits), ...visits] : visits;
      };

      const recent = sinceVersion(interval, newest[0] ?? '', history);
      const pairs = await visitsBy({ interval: recent, filters, breakdown: [by, 'version'] });
      // In one response if it fits, otherwise one request per user.
      const visitsOf = (user: string) =>
        pairs.length < MAX_GROUPS
          ? pairs.filter(({ key }) => key[by] === user)
          : visitsBy({
              interval: recent,
              filters: { ...filters, [by]: user },
              breakdown: ['version'],
            });
      return {
        versions: hasOlder ? [null, ...newest] : newest,
        visits: inColumns(byVersion, sum(byVersion.map(({ values }) => values.total_visits))),
        users: await Promise.all(
          users.map(async ({ key: { [by]: name }, values }) => ({
            name,
            visits: inColumns(await visitsOf(name), values.total_visits),
          })),
        ),
      };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useVersionUse = (...args: Parameters<typeof versionUseQuery>) =>
  useQuery(versionUseQuery(...args));
