import { describe, expect, it } from 'vitest';

import {
  countRequests,
  formatAgo,
  formatChange,
  formatCompact,
  formatDuration,
  formatFinePercent,
  formatNumber,
  formatPercent,
  formatSpan,
} from '@/lib/format';

describe('numbers', () => {
  it('have thousands separators', () => expect(formatNumber(1234567)).toBe('1,234,567'));
  it('are short on axes', () => expect(formatCompact(1234567)).toBe('1.2M'));
  it('are a dash if missing', () => expect(formatNumber(null)).toBe('–'));
  it('distinguish zero from missing', () => expect(formatNumber(0)).toBe('0'));
  it('format shares as percentages', () => expect(formatPercent(0.1234)).toBe('12.3%'));
  it('keep thousandths of an uptime percentage', () =>
    expect(formatFinePercent(0.99987)).toBe('99.987%'));
  it.each([
    [0.68084, '68.1%'],
    [0.002, '0.2%'],
    [0.98754, '98.8%'],
    [0.99875, '99.88%'],
    [1, '100%'],
    [0, '0%'],
  ])('have no more digits than they need: %d is %s', (share, text) =>
    expect(formatFinePercent(share)).toBe(text),
  );
  it('count requests in the singular and the plural', () => {
    expect([0, 1, 2345].map(countRequests)).toEqual(['0 requests', '1 request', '2,345 requests']);
  });
});

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [0.4213, '0.421 ms'],
    [12.34, '12.3 ms'],
    [999, '999 ms'],
    [999.6, '1 s'],
    [1234, '1.23 s'],
    [59_960, '1 min'],
    [125_000, '2 min 5 s'],
  ])('%d ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it.each([
    [0, '0 s'],
    [59, '59 s'],
    [3600, '1 h'],
    [93_784, '1 d 2 h'],
  ])('%d s is %s', (seconds, text) => expect(formatSpan(seconds)).toBe(text));
});

describe('times', () => {
  const now = new Date('2026-11-22T12:00:00Z');
  it.each([
    ['2026-11-22T11:59:55Z', 'just now'],
    ['2026-11-22T11:57:30Z', '2 min ago'],
    ['2026-11-22T09:00:00Z', '3 h ago'],
    ['2026-11-17T12:00:00Z', '5 d ago'],
  ])('%s was %s', (then, text) => expect(formatAgo(new Date(then), now)).toBe(text));
});

describe('changes', () => {
  it.each([
    [112, 100, '+12%'],
    [97.5, 100, '-2.5%'],
    [100, 100, '0%'],
  ])('from %d to %d', (now, before, text) => expect(formatChange(now, before)).toBe(text));
  it('are undefined if there was nothing before', () => expect(formatChange(5, 0)).toBeUndefined());
});
