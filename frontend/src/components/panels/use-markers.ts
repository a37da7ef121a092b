import { useMemo } from 'react';

import { sharedDashboard } from '@/api/core/link';
import { useMarkedEvents } from '@/api/events/events';
import { useVersions, type Version } from '@/api/statistics/history';
import { resolveRange, type View } from '@/api/statistics/view';
import type { EventInfo } from '@/api/types';
import type { Marker } from '@/components/charts/series';
import { useNow } from '@/hooks/use-now';
import { useShowsMarkers } from '@/hooks/use-shows-markers';
import { JUDGED, MARKED_TYPES } from '@/lib/event-markers';
import { eventText, valuesOf } from '@/lib/event-text';
import { formatDateTime } from '@/lib/format';
import { activityTab, versionPage } from '@/lib/paths';

const VERSION = 'app.version';
const NONE: readonly never[] = [];

/** Returns the versions without an event: their first request was before events were recorded. */
function unrecorded(versions: readonly Version[], events: readonly EventInfo[]): EventInfo[] {
  const recorded = new Set(
    events
      .filter(({ event_type: type }) => type === VERSION)
      .map((event) => valuesOf(event).version),
  );
  return versions
    .filter(({ name }) => name !== '' && !recorded.has(name))
    .map(({ name, since }) => ({
      message_id: `version ${name}`,
      event_type: VERSION,
      generated: since.toISOString(),
      sequence: null,
      traits: [{ name: 'version', type: 'string', value: name }],
      raw: null,
    }));
}

/**
 * Returns the markers of events.
 *
 * What begins and ends is one marker: the event of the end has its start in the trait `since`. What
 * has not ended yet goes on until now.
 */
export function toMarkers(
  events: readonly EventInfo[],
  dashboardId: string,
  zone: string,
  now: Date,
  versions: readonly Version[] = NONE,
): Marker[] {
  const verdicts = new Map(versions.map(({ name, verdict }) => [name, verdict]));
  const startOf = (event: EventInfo) => Date.parse(String(valuesOf(event).since));
  const ended = new Set(
    events
      .filter(({ event_type: type }) => MARKED_TYPES[type]?.band === 'ends')
      .map((event) => startOf(event)),
  );
  return events.flatMap((event): Marker[] => {
    const marked = MARKED_TYPES[event.event_type];
    const moment = Date.parse(event.generated);
    if (marked === undefined || (marked.band === 'begins' && ended.has(moment))) return [];
    const start = marked.band === 'ends' ? startOf(event) : moment;
    const format = (time: number) => formatDateTime(new Date(time), zone);
    const version = String(valuesOf(event).version ?? '');
    const verdict = event.event_type === VERSION ? verdicts.get(version) : undefined;
    const judged = verdict && JUDGED[verdict.state];
    return [
      {
        id: event.message_id,
        ...{ shape: marked.shape, tone: marked.tone, ...judged },
        start,
        ...(marked.band && { end: marked.band === 'ends' ? moment : now.getTime() }),
        label: version,
        text: eventText(event) + (judged ? `, ${verdict.state} than ${verdict.against}` : ''),
        time: marked.band === 'ends' ? `${format(start)} to ${format(moment)}` : format(moment),
        ...(verdict
          ? { to: versionPage(dashboardId, version), link: 'Show the verdict' }
          : {
              to: activityTab(dashboardId, { event: event.event_type, until: event.generated }),
              link: 'Show in Activity',
            }),
      },
    ];
  });
}

/** Returns what the charts of a page mark: one request for all of them. */
export function useMarkers(dashboardId: string, { range, zone }: Pick<View, 'range' | 'zone'>) {
  const [isChosen] = useShowsMarkers();
  // Visitors see no events.
  const isShown = isChosen && sharedDashboard() === undefined;
  const now = useNow();
  const { end } = resolveRange({ range, zone }, now);
  const until = end < now ? end.toISOString() : undefined;
  const events = useMarkedEvents(dashboardId, until, isShown).data;
  const versions = useVersions(dashboardId, isShown).data;
  const markers = useMemo(() => {
    const known = events ?? NONE;
    const all = [...known, ...unrecorded(versions ?? NONE, known)];
    return toMarkers(all, dashboardId, zone, now, versions);
  }, [events, versions, dashboardId, zone, now]);
  return isShown ? markers : NONE;
}
