import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { Condition } from '@/api/types';
import {
  CONDITION_NAMES,
  fieldOf,
  isReadable,
  newDraft,
  toCondition,
  toDraft,
} from '@/features/alerts/condition-draft';

const question = { statistic: 'error_rate', window: 300, filters: { endpoint: 'a' } } as const;

const CONDITIONS: readonly Condition[] = [
  { kind: 'down' },
  { kind: 'fetch_failing' },
  { kind: 'no_data', window: 600 },
  { kind: 'certificate', days: 7 },
  { kind: 'version_worse' },
  { kind: 'exception_new', endpoint: 'a' },
  { kind: 'exception_regressed' },
  { kind: 'above', ...question, threshold: 5.5 },
  { kind: 'below', ...question, threshold: -1 },
  { kind: 'outside', ...question, low: 1, high: 2 },
  { kind: 'changed', ...question, by: 3, direction: 'down', against: 'previous' },
  { kind: 'changed', ...question, factor: 2, direction: 'up', against: 'last_week' },
  { kind: 'mean_inside', ...question, low: 1, high: 2, last: 5 },
  { kind: 'share_inside', ...question, low: 1, high: 2, last: 5, share: 60 },
  {
    kind: 'and',
    conditions: [
      { kind: 'down' },
      { kind: 'or', conditions: [{ kind: 'down' }, { kind: 'down' }] },
    ],
  },
];

it.each(CONDITIONS)('does not change $kind by editing it', (condition) => {
  expect(toCondition(toDraft(condition))).toEqual(condition);
  expect(isReadable(toDraft(condition))).toBe(true);
});

it('offers all kinds of the API', () => {
  const document = JSON.parse(readFileSync('../docs/openapi.json', 'utf-8')) as {
    components: { schemas: { 'Condition-Input': { discriminator: { mapping: object } } } };
  };
  const { mapping } = document.components.schemas['Condition-Input'].discriminator;
  expect(Object.keys(CONDITION_NAMES).toSorted()).toEqual(Object.keys(mapping).toSorted());
});

it('is not readable while a number is missing', () => {
  expect(isReadable({ ...newDraft('above'), threshold: '' })).toBe(false);
  expect(isReadable({ ...newDraft('above'), threshold: 'many' })).toBe(false);
});

describe('an error of the API', () => {
  it.each([
    ['condition.above.threshold', 'Must be …', 'condition.threshold'],
    ['condition.no_data.window', 'Must be …', 'condition.silence'],
    ['condition.outside', 'high: Must not be below low.', 'condition.high'],
    ['condition.changed', 'Requires either by or factor.', 'condition.kind'],
    ['condition.and.conditions.1.below.threshold', '', 'condition.conditions.1.threshold'],
    [
      'condition.and.conditions.0.or.conditions.2.mean_inside.last',
      '',
      'condition.conditions.0.conditions.2.last',
    ],
    ['recover_threshold', 'Must be …', 'recover_threshold'],
  ])('%s (%s) is shown at %s', (name, message, field) => {
    expect(fieldOf(name, message)).toBe(field);
  });
});
