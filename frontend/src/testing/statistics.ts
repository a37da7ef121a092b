import { http, HttpResponse } from 'msw';

import type { Dimension, Statistic } from '@/api/statistics/query';
import { server } from '@/testing/server';

type Value = number | string | null;
type Answer = Value | { [key: string]: Answer };

/** Which calls a value is of: the filters of the request and the group. */
type Calls = Partial<Record<Dimension, string>>;

interface Measured {
  /** What each statistic is, for all calls and for every group and slice alike or by a function. */
  values: Partial<Record<Statistic, Value | ((calls: Calls) => Value)>>;
  /** The groups that a breakdown finds, those with most visits first. */
  groups?: Partial<Record<Dimension, readonly string[]>>;
  slices?: readonly string[];
}

/** Of the real API: so many groups it answers to who does not ask for more. */
const DEFAULT_TOP = 20;

const object = (keys: readonly string[], value: (key: string) => Answer): Answer =>
  Object.fromEntries(keys.map((key) => [key, value(key)]));

const namesIn = (query: URLSearchParams, name: string) => query.get(name)?.split(',') ?? [];

function answerTo(query: URLSearchParams, { values, groups = {}, slices = [] }: Measured): Answer {
  const statistics = namesIn(query, 'statistic') as Statistic[];
  const top = Number(query.get('top') ?? DEFAULT_TOP);
  const valueOf = (name: Statistic, calls: Calls) => {
    const value = values[name] ?? null;
    return typeof value === 'function' ? value(calls) : value;
  };
  const sliced = (name: Statistic, calls: Calls) =>
    query.has('timeslice') ? object(slices, () => valueOf(name, calls)) : valueOf(name, calls);
  const measured = (calls: Calls) => {
    const [only] = statistics;
    if (statistics.length === 1 && only) return sliced(only, calls);
    return object(statistics, (name) => sliced(name as Statistic, calls));
  };
  const grouped = ([first, ...rest]: Dimension[], calls: Calls): Answer =>
    first === undefined
      ? measured(calls)
      : object((groups[first] ?? []).slice(0, top), (name) =>
          grouped(rest, { ...calls, [first]: name }),
        );
  return grouped(namesIn(query, 'breakdown') as Dimension[], Object.fromEntries(query));
}

/** Answers every request for statistics, and returns the queries that come. */
export function answerStatistics(measured: Measured): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get('*/api/dashboards/:id/statistic', ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query);
      return HttpResponse.json(answerTo(query, measured));
    }),
  );
  return asked;
}

/** The same, but every request waits until the test calls what this returns. */
export function holdStatistics(measured: Measured): () => void {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  server.use(
    http.get('*/api/dashboards/:id/statistic', async ({ request }) => {
      await released;
      return HttpResponse.json(answerTo(new URL(request.url).searchParams, measured));
    }),
  );
  return release;
}
