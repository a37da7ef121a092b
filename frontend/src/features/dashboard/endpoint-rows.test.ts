import { expect, it } from 'vitest';

import type { EndpointFigures } from '@/api/statistics/groups';
import type { EndpointInfo } from '@/api/types';
import {
  blueprintRows,
  endpointRows,
  nestRows,
  sortRows,
  type EndpointRow,
} from '@/features/dashboard/endpoint-rows';

const figures = (name: string, total_visits: number) => ({
  name,
  numbers: {
    total_visits,
    unique_visitors: 1,
    average_execution_time: 1,
    median_execution_time: 1,
    'ninety-fifth_percentile_execution_time': 1,
    'ninety-ninth_percentile_execution_time': 1,
    total_execution_time: 1,
    error_rate: 0,
  },
  lastCall: null,
  visits: [total_visits],
});

const known = (name: string, part: Partial<EndpointInfo> = {}) => ({
  ...{ name, enabled: true, hidden: false, pinned: false, merged_into: null },
  ...part,
});

const of = (endpoints: EndpointFigures[], visits: number, isCut = false) => ({
  ...{ endpoints, visits, isCut },
});

const NAMES = ['shop.cart', 'shop.pay', 'blog.read', 'health'];
const some = (pinned = '') =>
  endpointRows(
    of(
      [10, 30, 20, 5].map((visits, at) => figures(NAMES[at] ?? '', visits)),
      65,
    ),
    { endpoints: NAMES.map((name) => known(name, { pinned: name === pinned })), merged: [] },
  );
const names = (rows: readonly EndpointRow[]) => rows.map(({ name }) => name);

it('computes shares of all requests, not only of the listed ones', () => {
  const called = of([figures('a', 30), figures('b', 10)], 80);
  const rows = endpointRows(called, { endpoints: [known('a'), known('b')], merged: [] });
  expect(rows.map(({ share }) => share)).toEqual([0.375, 0.125]);
});

it('lists an endpoint without requests', () => {
  const quiet = { endpoints: [known('quiet', { hidden: true })], merged: [] };
  const [row] = endpointRows(of([], 0), quiet);
  expect(row).toMatchObject({ name: 'quiet', hidden: true, share: null, lastCall: null });
  expect(row?.numbers.total_visits).toBe(0);
  expect(row?.numbers.median_execution_time).toBeNull();
  // If not all that have requests are listed, it may be one of them.
  expect(endpointRows(of([], 0, true), quiet)).toEqual([]);
});

it('lists a merged endpoint instead of what it was merged from', () => {
  const merged = [{ name: 'get_*', hidden: true, pinned: true }];
  const endpoints = ['get_1', 'get_2', 'other'].map((name) =>
    known(name, { merged_into: name.startsWith('get') ? 'get_*' : null, enabled: false }),
  );
  const rows = endpointRows(of([figures('get_*', 3)], 3), { endpoints, merged });
  expect(names(rows)).toEqual(['get_*', 'other']);
  expect(rows[0]).toMatchObject({ merged: 2, hidden: true, pinned: true, enabled: true });
  expect(rows[1]).toMatchObject({ merged: undefined, enabled: false });
});

it('sorts by a column, pinned endpoints first and unknown values last', () => {
  const rows = some('health');
  expect(names(sortRows(rows, [{ field: 'total_visits', sort: 'desc' }]))).toEqual([
    ...['health', 'shop.pay', 'blog.read', 'shop.cart'],
  ]);
  expect(names(sortRows(rows, [{ field: 'name', sort: 'asc' }]))).toEqual([
    ...['health', 'blog.read', 'shop.cart', 'shop.pay'],
  ]);
  const [first, ...rest] = some();
  const unknown = { ...first, share: null } as EndpointRow;
  for (const sort of ['asc', 'desc'] as const) {
    expect(sortRows([unknown, ...rest], [{ field: 'share', sort }]).at(-1)).toBe(unknown);
  }
});

it('shows the endpoints of a blueprint below it', () => {
  const rows = some('shop.cart');
  const totals = of([figures('shop', 40), figures('blog', 20), figures('', 5)], 65);
  const blueprints = blueprintRows(totals, rows);
  const nested = nestRows(
    blueprints,
    // A hidden endpoint still counts in its blueprint.
    rows.filter(({ name }) => name !== 'blog.read'),
    [{ field: 'total_visits', sort: 'desc' }],
    (blueprint) => blueprint === 'shop',
  );
  expect(nested.map(({ name, numbers }) => [name, numbers.total_visits])).toEqual([
    ['shop', 40],
    ['shop.cart', 10],
    ['shop.pay', 30],
    ['', 5],
  ]);
  expect(nested[0]?.blueprint).toEqual({ endpoints: 2, hidden: 0 });
});
