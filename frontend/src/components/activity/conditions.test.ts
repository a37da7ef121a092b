import { expect, it } from 'vitest';

import { conditionText, readConditions, withConditions } from '@/components/activity/conditions';

const VERSION = { field: 'version', op: 'eq', type: 'string', value: '1.2' };
const SINCE = { field: 'since', op: 'ge', type: 'datetime', value: '2026-11-30T10:00:00Z' };

it('keeps conditions in the URL, next to its other parameters', () => {
  const before = new URLSearchParams('event=app.deploy&field=old&op=eq&type=string&value=');
  const params = withConditions(before, [VERSION, SINCE]);
  expect(readConditions(new URLSearchParams(params.toString()))).toEqual([VERSION, SINCE]);
  expect(params.get('event')).toBe('app.deploy');
  expect(withConditions(params, []).toString()).toBe('event=app.deploy');
});

it('ignores a condition without all of its parts', () =>
  expect(readConditions(new URLSearchParams('field=a&op=eq&type=string'))).toEqual([]));

it.each([
  [VERSION, 'version is 1.2'],
  [{ ...VERSION, op: 'exists', value: '' }, 'version exists'],
  [SINCE, 'since since Nov 30, 2026, 11:00:00 AM GMT+1'],
  [{ ...VERSION, op: 'like' }, 'version like 1.2'],
])('describes a condition: %#', (condition, text) =>
  expect(conditionText(condition, 'Europe/Berlin')).toBe(text),
);
