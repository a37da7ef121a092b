/* Rules in sentences. */
import type { Condition, Rule, RuleReplay } from '@/api/types';
import { conditionText, isNumeric } from '@/lib/condition-text';
import { formatSpan } from '@/lib/format';

interface RuleInWords {
  condition: Condition;
  /** The name of the dashboard; null for all. */
  dashboard: string | null;
  /** Seconds; null for the default. */
  for: number | null;
  severity: Rule['severity'];
}

const DEFAULT_FOR = 300;

const comparesValues = (condition: Condition): boolean =>
  'conditions' in condition ? condition.conditions.every(comparesValues) : isNumeric(condition);

/** "Warning for Bookshop if the error rate is above 5% over 5 min, and that lasts for 5 min." */
export function ruleText({ condition, dashboard, for: given, severity }: RuleInWords): string {
  const seconds = given ?? (comparesValues(condition) ? DEFAULT_FOR : 0);
  const subject = dashboard === null ? 'for each dashboard' : `for ${dashboard}`;
  const name = severity.charAt(0).toUpperCase() + severity.slice(1);
  const lasting = seconds > 0 ? `, and that lasts for ${formatSpan(seconds)}` : '';
  return `${name} ${subject} if ${conditionText(condition)}${lasting}.`;
}

/** "It would have fired 3 times in the last 30 days. The condition is not met now." */
export function previewText({ episodes, would_fire: fires }: RuleReplay, days: number): string {
  const { length } = episodes;
  const times = length === 1 ? 'once' : `${length} times`;
  const past = length === 0 ? 'It would never have fired' : `It would have fired ${times}`;
  return `${past} in the last ${days} days. The condition is ${fires ? '' : 'not '}met now.`;
}
