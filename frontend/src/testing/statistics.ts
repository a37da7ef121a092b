import { http, HttpResponse } from 'msw';

import type { Dimension, Statistic } from '@/api/get-statistic';
import { server } from '@/testing/server';

type Value = number | string | null;
type Answer = Value | { [key: string]: Answer };

interface Measured {
  /** What each statistic is, for all calls and for every group and slice. */
  values: Partial<Record<Statistic, Value>>;
  /** The groups that a breakdown finds. */
  groups?: Partial<Record<Dimension, readonly string[]>>;
  slices?: readonly string[];
}

const object = (keys: readonly string[], value: (key: string) => Answer): Answer =>
  Object.fromEntries(keys.map((key) => [key, value(key)]));

const namesIn = (query: URLSearchParams, name: string) => query.get(name)?.split(',') ?? [];

function answerTo(query: URLSearchParams, { values, groups = {}, slices = [] }: Measured): Answer {
  const statistics = namesIn(query, 'statistic') as Statistic[];
  const sliced = (name: Statistic) =>
    query.has('timeslice') ? object(slices, () => values[name] ?? null) : (values[name] ?? null);
  const measured = () => {
    const [only] = statistics;
    if (statistics.length === 1 && only) return sliced(only);
    return object(statistics, (name) => sliced(name as Statistic));
  };
  const grouped = ([first, ...rest]: string[]): Answer =>
    first === undefined
      ? measured()
      : object(groups[first as Dimension] ?? [], () => grouped(rest));
  return grouped(namesIn(query, 'breakdown'));
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
