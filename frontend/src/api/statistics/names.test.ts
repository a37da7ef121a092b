import { expect, it } from 'vitest';

import { shownName } from '@/api/statistics/names';

it.each([
  ['group_by', '', 'No user'],
  ['group_by', 'None', 'None'],
  ['group_by', 'ada', 'ada'],
  ['version', '', 'No version'],
  ['endpoint', 'None', 'None'],
] as const)('a %s of “%s” is shown as “%s”', (field, value, shown) =>
  expect(shownName(field, value)).toBe(shown),
);
