/* The conditions on traits of events in the URL: repeated parameters, as the API has them. */
import type { Condition } from '@/api/events/events';
import { formatDateTime } from '@/lib/format';

const PARAMS = ['field', 'op', 'type', 'value'] as const;

const OPERATOR_NAMES: Readonly<Record<string, string>> = {
  eq: 'is',
  ne: 'is not',
  contains: 'contains',
  in: 'is one of',
  lt: 'less than',
  le: 'at most',
  gt: 'greater than',
  ge: 'at least',
  exists: 'exists',
};

const TIME_NAMES: Readonly<Record<string, string>> = {
  lt: 'before',
  le: 'until',
  gt: 'after',
  ge: 'since',
};

export const operatorName = (op: string, type: string): string =>
  (type === 'datetime' ? TIME_NAMES[op] : undefined) ?? OPERATOR_NAMES[op] ?? op;

/** Returns the operators that make sense for a type of trait. */
export const operatorsFor = (type: string): readonly string[] =>
  type === 'string'
    ? ['eq', 'ne', 'contains', 'in', 'exists']
    : ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'exists'];

/** Reads the conditions; incomplete ones are ignored, and the API refuses invalid ones. */
export function readConditions(params: URLSearchParams): Condition[] {
  const [fields, ops, types, values] = PARAMS.map((name) => params.getAll(name));
  return (fields ?? []).flatMap((field, at) => {
    const [op, type, value] = [ops?.[at], types?.[at], values?.[at]];
    return op === undefined || type === undefined || value === undefined
      ? []
      : [{ field, op, type, value }];
  });
}

/** Replaces the conditions in a URL. */
export function withConditions(
  params: URLSearchParams,
  conditions: readonly Condition[],
): URLSearchParams {
  const after = new URLSearchParams(params);
  PARAMS.forEach((name) => after.delete(name));
  for (const condition of conditions) PARAMS.forEach((name) => after.append(name, condition[name]));
  return after;
}

/** "version is 1.2" */
export function conditionText({ field, op, type, value }: Condition, zone: string): string {
  const isTime = type === 'datetime' && !Number.isNaN(Date.parse(value));
  const shown = isTime ? formatDateTime(new Date(value), zone) : value;
  return [field, operatorName(op, type), ...(op === 'exists' ? [] : [shown])].join(' ');
}
