import { expect, it } from 'vitest';

import type { ProfileDetails, ProfileNode } from '@/api/types';
import { layOut, type FlameNode } from '@/components/charts/flame-graph';
import { flamesOf, functionTable } from '@/features/diagnosis/flames';

const node = (name: string, line: number, total: number, children: ProfileNode[] = []) => ({
  function: name,
  file: `${name}.py`,
  line,
  own: name !== 'lib',
  code: null,
  self: total - children.reduce((sum, child) => sum + child.total, 0),
  total,
  children,
});

/** Two requests of 100 ms, of which two lines of pay take 60 ms each; pay calls lib. */
const profile: ProfileDetails = {
  version: '2',
  requests: 2,
  total: 200,
  tree: node('root', 1, 200, [
    node('pay', 7, 120, [node('lib', 3, 40)]),
    node('pay', 8, 60, [node('lib', 3, 20)]),
  ]),
  against: null,
};

const before = {
  version: '1',
  requests: 1,
  total: 60,
  tree: node('root', 1, 60, [node('pay', 5, 50, [node('lib', 3, 40)]), node('gone', 2, 6)]),
};

const find = (root: FlameNode, name: string): FlameNode[] => [
  ...(root.name === name ? [root] : []),
  ...root.children.flatMap((child) => find(child, name)),
];

it('shows each line with its share and its time for each request', () => {
  const pays = find(flamesOf(profile), 'pay');
  expect(pays.map(({ value }) => value)).toEqual([120, 60]);
  expect(pays[0]?.detail).toBe('pay.py:7, 60 ms per request, 60%, itself 40 ms');
  expect(pays[0]?.change).toBeUndefined();
  expect(find(flamesOf(profile), 'lib')[0]?.isOther).toBe(true);
});

it('compares functions of two versions, wherever their lines are', () => {
  const root = flamesOf({ ...profile, against: before });
  const [pay, ...others] = find(root, 'pay');
  expect(others).toEqual([]);
  expect(pay?.value).toBe(90);
  expect(pay?.detail).toBe('pay.py, 90 ms per request, +40 ms against before');
  expect(pay?.change).toBe(1);
  const [lib] = find(root, 'lib');
  expect(lib?.detail).toContain('-10 ms against before');
  expect(lib?.change).toBe(-1);
});

it('lists functions by the time that they took themselves, also those that are gone', () => {
  const { rows } = functionTable({ ...profile, against: before });
  expect(rows.map(([name, self, , earlier]) => [name, self, earlier])).toEqual([
    ['pay', '60 ms', '10 ms'],
    ['lib', '30 ms', '40 ms'],
    ['root', '10 ms', '4 ms'],
    ['gone', '0 ms', '6 ms'],
  ]);
});

it('draws boxes as wide as their time, below the one that called them', () => {
  const root = flamesOf(profile);
  const cells = layOut([root], 100);
  expect(cells.map(({ node: { name }, row, x, width }) => [name, row, x, width])).toEqual([
    ['root', 0, 0, 100],
    ['pay', 1, 0, 60],
    ['lib', 2, 0, 20],
    ['pay', 1, 60, 30],
    ['lib', 2, 60, 10],
  ]);
  // Zoomed to the second line of pay.
  const [, second] = root.children;
  const zoomed = second ? layOut([root, second], 90) : [];
  expect(zoomed.map(({ row, width }) => [row, width])).toEqual([
    [0, 90],
    [1, 90],
    [2, 30],
  ]);
});
