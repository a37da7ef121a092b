import { expect, it } from 'vitest';

import type { Version } from '@/api/statistics/history';
import type { EventInfo } from '@/api/types';
import { toMarkers } from '@/components/panels/use-markers';

const NOW = new Date('2026-11-30T12:00:00Z');

const event = (type: string, hour: string, traits: Record<string, string> = {}): EventInfo => ({
  message_id: `${type} ${hour}`,
  event_type: type,
  generated: `2026-11-30T${hour}:00Z`,
  sequence: 1,
  raw: null,
  traits: Object.entries(traits).map(([name, value]) => ({ name, type: 'string', value })),
});

const hours = (events: EventInfo[]) =>
  toMarkers(events, '1', 'UTC', NOW).map(({ start, end }) =>
    [start, end].map((time) => time && new Date(time).toISOString().slice(11, 16)),
  );

it('marks an outage as one band from its start to its end', () => {
  const began = event('app.outage.began', '08:00');
  const ended = event('app.outage.ended', '09:30', { since: '2026-11-30T08:00:00Z' });
  expect(hours([ended, began])).toEqual([['08:00', '09:30']]);
});

it('continues an outage that has not ended until now', () => {
  expect(hours([event('app.outage.began', '11:00')])).toEqual([['11:00', '12:00']]);
});

it('labels deploys with their version and links to them', () => {
  const [marker] = toMarkers([event('app.deploy', '10:15', { version: '1.2' })], 'a', 'UTC', NOW);
  expect(marker).toMatchObject({
    label: '1.2',
    text: 'Deploy of 1.2',
    to: '/dashboards/a/activity?event=app.deploy&until=2026-11-30T10%3A15%3A00Z',
  });
  expect(marker?.time).toContain('10:15');
  expect(marker?.end).toBeUndefined();
});

it('ignores events that charts do not mark', () => {
  expect(hours([event('app.fetch.failed', '10:00'), event('ci.run', '10:00')])).toEqual([]);
});

it('tells versions that are worse or better by shape, colour and words', () => {
  const version = (name: string, state: 'worse' | 'better' | 'same' | 'pending'): Version => ({
    name,
    since: NOW,
    deploy: null,
    verdict: {
      state,
      after: 1_800,
      against: '1.0',
      against_since: null,
      endpoints: [],
      endpoint_count: 0,
      checks: [],
    },
  });
  const versions = [version('1.1', 'worse'), version('1.2', 'better'), version('1.3', 'pending')];
  const events = ['1.1', '1.2', '1.3', '1.4'].map((name) =>
    event('app.version', '10:00', { version: name }),
  );
  const markers = toMarkers(events, 'a', 'UTC', NOW, versions);
  expect(markers.map(({ shape, tone, text, link }) => [shape, tone, text, link])).toEqual([
    ['worse', 'bad', 'New version 1.1, worse than 1.0', 'Show the verdict'],
    ['better', 'good', 'New version 1.2, better than 1.0', 'Show the verdict'],
    ['diamond', 'textSoft', 'New version 1.3', 'Show the verdict'],
    ['diamond', 'textSoft', 'New version 1.4', 'Show in Activity'],
  ]);
  expect(markers[0]?.to).toBe('/dashboards/a/versions?judged=1.1');
});
