import { expect, it } from 'vitest';

import { previewText, ruleText } from '@/features/alerts/rule-text';

const above = { kind: 'above', statistic: 'error_rate', window: 300, threshold: 5 } as const;

it('says for how long a condition must be met, which is 5 min by default only for values', () => {
  const rule = { dashboard: 'Shop', for: null, severity: 'warning' } as const;
  expect(ruleText({ ...rule, condition: above })).toBe(
    'Warning for Shop if the error rate is above 5% over 5 min, and that lasts for 5 min.',
  );
  expect(ruleText({ ...rule, dashboard: null, condition: { kind: 'down' } })).toBe(
    'Warning for each dashboard if the app does not respond to pings.',
  );
  const mixed = { kind: 'or', conditions: [above, { kind: 'down' as const }] } as const;
  expect(
    ruleText({ ...rule, condition: { ...mixed, conditions: [...mixed.conditions] } }),
  ).not.toContain('that lasts');
});

it('counts how often a rule would have fired', () => {
  const episode = { since: '2026-11-01T00:00:00Z', until: null };
  const replay = (count: number) => ({
    value: 1,
    would_fire: count > 0,
    episodes: Array.from({ length: count }, () => episode),
  });
  expect(previewText(replay(0), 30)).toBe(
    'It would never have fired in the last 30 days. The condition is not met now.',
  );
  expect(previewText(replay(1), 30)).toContain('fired once in');
  expect(previewText(replay(3), 30)).toContain('fired 3 times in the last 30 days');
});
