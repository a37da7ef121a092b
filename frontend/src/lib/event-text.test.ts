import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import type { EventInfo } from '@/api/types';
import { eventText, eventTypeName } from '@/lib/event-text';

const event = (type: string, values: Record<string, string | number> = {}): EventInfo => ({
  message_id: '1',
  event_type: type,
  generated: '2026-11-30T08:00:00Z',
  sequence: 1,
  raw: null,
  traits: Object.entries(values).map(([name, value]) => ({
    name,
    type: typeof value === 'number' ? 'float' : 'string',
    value,
  })),
});

test.each([
  [event('app.deploy', { version: '1.2' }), 'Deploy of 1.2'],
  [event('app.deploy'), 'Deploy'],
  [event('app.version', { version: '1.2' }), 'New version 1.2'],
  [event('app.outage.ended', { duration_ms: 90_000 }), 'Outage ended after 1 min 30 s'],
  [
    event('exception.new', { exception: 'KeyError', function: 'shop:pay', version: '1.2' }),
    'New exception in version 1.2: KeyError in shop:pay',
  ],
  [event('exception.ignored', { exception: 'KeyError' }), 'Ignored: KeyError'],
  [event('user.login.failed', { count: 1 }), 'Failed sign-in'],
  [event('user.login.failed', { count: 3 }), '3 failed sign-ins'],
])('describes events %#', (given, expected) => {
  expect(eventText(given)).toBe(expected);
});

test('names every type of event that PyDash records', () => {
  const vocabulary = readFileSync('../pydash_app/event/vocabulary.py', 'utf8');
  const types = [...vocabulary.matchAll(/^ {4}[A-Z_]+ = "(.+?)"/gm)].map(([, type = '']) => type);
  expect(types).toContain('system.started');
  expect(types.filter((type) => eventTypeName(type) === type)).toEqual([]);
});

test('keeps the types of scripts', () => {
  expect(eventText(event('ci.failed'))).toBe('ci.failed');
  expect(eventTypeName('ci.failed')).toBe('ci.failed');
  expect(eventTypeName('user.login')).toBe('Sign-in');
});
