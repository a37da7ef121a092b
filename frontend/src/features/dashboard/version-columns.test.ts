import { expect, it } from 'vitest';

import type { VersionUse } from '@/api/get-version-use';
import { usedVersions, versionShares } from '@/features/dashboard/version-columns';

const USE: VersionUse[] = [
  { name: 'index', visits: 8, byVersion: { '1.9': 6, '1.10': 2 } },
  { name: 'cart', visits: 8, byVersion: { '1.10': 6, '': 2 } },
];
const HISTORY = ['1.9', '1.10', '2.0'].map((name) => ({ name, since: new Date(0) }));

it('orders versions by when they began, not by their letters', () =>
  expect(usedVersions(USE, HISTORY)).toEqual(['1.9', '1.10', '']));

it('makes the shares of a version add up to one', () =>
  expect(versionShares(USE, ['1.9', '1.10'])).toEqual([
    { name: 'index', shares: [1, 0.25] },
    { name: 'cart', shares: [0, 0.75] },
  ]));

it('has no share of a version that was not used', () =>
  expect(versionShares(USE, ['2.0'])[0]?.shares).toEqual([null]));
