import { http, HttpResponse } from 'msw';

import type { CallField, QueryResponse, StatisticName, VersionInfo } from '@/api/types';
import { server } from '@/testing/server';

type Value = number | string | null;

/** The requests that a value is about: the filters of the query and the group. */
type Calls = Partial<Record<CallField, string>>;

interface Measured {
  /** The value of each statistic, the same for all groups and slices, or a function. */
  values: Partial<Record<StatisticName, Value | ((calls: Calls) => Value)>>;
  /** The groups of a breakdown. */
  groups?: Partial<Record<CallField, readonly string[]>>;
  slices?: readonly string[];
}

/** The default number of groups of the real API. */
const DEFAULT_TOP = 20;

const namesIn = (query: URLSearchParams, name: string) => query.get(name)?.split(',') ?? [];

function responseTo(query: URLSearchParams, measured: Measured): QueryResponse {
  const slices = query.has('timeslice') ? [...(measured.slices ?? [])] : [];
  const filters: Calls = Object.fromEntries(query);
  const valueOf = (name: StatisticName, key: Calls) => {
    const value = measured.values[name] ?? null;
    return typeof value === 'function' ? value({ ...filters, ...key }) : value;
  };
  const valuesOf = (key: Calls) =>
    Object.fromEntries(
      namesIn(query, 'statistic').map((name) => {
        const value = valueOf(name as StatisticName, key);
        return [name, query.has('timeslice') ? slices.map(() => value) : [value]];
      }),
    );
  const breakdown = namesIn(query, 'breakdown') as CallField[];
  const keys = breakdown.reduce<Calls[]>(
    (all, field) =>
      all.flatMap((key) =>
        (measured.groups?.[field] ?? []).map((name) => ({ ...key, [field]: name })),
      ),
    [{}],
  );
  const visits = (key: Calls) => Number(valueOf('total_visits', key));
  const largest = keys
    .toSorted((one, other) => visits(other) - visits(one))
    .slice(0, Number(query.get('top') ?? DEFAULT_TOP));
  const groups = largest.map((key) => ({ key, values: valuesOf(key) }));
  return { slices, groups, lower_bounds: [] };
}

/** Returns the versions by their first requests, without verdicts. */
function versionsOf({ groups, values: { first_call: first } }: Measured): VersionInfo[] {
  if (first === null) return [];
  const firstOf = (version: string) =>
    String(typeof first === 'function' ? first({ version }) : first);
  return (groups?.version ?? [])
    .map((name) => ({
      name,
      first_seen: firstOf(name),
      last_seen: firstOf(name),
      visits: 1,
      deploy: null,
      verdict: null,
    }))
    .sort((one, other) => Date.parse(one.first_seen) - Date.parse(other.first_seen));
}

/** Mocks the responses to statistics queries and returns the queries received. */
export function mockStatistics(measured: Measured): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get('*/api/dashboards/:id/versions', () =>
      HttpResponse.json({ versions: versionsOf(measured) }),
    ),
    http.get('*/api/dashboards/:id/query', ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query);
      return HttpResponse.json(responseTo(query, measured));
    }),
  );
  return asked;
}

/** Delays the responses to statistics queries until the returned function is called. */
export function delayStatistics(measured: Measured): () => void {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  server.use(
    http.get('*/api/dashboards/:id/query', async ({ request }) => {
      await released;
      return HttpResponse.json(responseTo(new URL(request.url).searchParams, measured));
    }),
  );
  return release;
}
