import { expect, it } from 'vitest';

import { versionShares } from '@/features/dashboard/version-shares';

const USERS = [
  { name: 'index', visits: [6, 2] },
  { name: 'cart', visits: [0, 4] },
];

it('computes shares of all requests to a version, which add up to one', () =>
  expect(versionShares({ versions: ['1.9', '1.10'], visits: [8, 8], users: USERS })).toEqual([
    { name: 'index', shares: [0.75, 0.25] },
    { name: 'cart', shares: [0, 0.5] },
    { name: 'All others', shares: [0.25, 0.25] },
  ]));

it('omits the row for others if there are none', () =>
  expect(versionShares({ versions: ['1.9', '1.10'], visits: [6, 6], users: USERS })).toHaveLength(
    2,
  ));
