import type { Window } from '@/api/types';
import { formatSpan } from '@/lib/format';

type Schedule = Window['schedule'];
export type Weekday = Extract<Schedule, { kind: 'weekly' }>['weekdays'][number];

export const WEEKDAYS: Readonly<Record<Weekday, string>> = {
  monday: 'Monday',
  tuesday: 'Tuesday',
  wednesday: 'Wednesday',
  thursday: 'Thursday',
  friday: 'Friday',
  saturday: 'Saturday',
  sunday: 'Sunday',
};

/** "Each Monday and Friday at 22:00 (Europe/Berlin), for 2 h"; undefined if its times say it all. */
export function scheduleText(schedule: Schedule): string | undefined {
  if (schedule.kind === 'now' || schedule.kind === 'once') return undefined;
  const { at, timezone = 'UTC', duration } = schedule;
  const days =
    schedule.kind === 'weekly'
      ? `Each ${schedule.weekdays.map((day) => WEEKDAYS[day]).join(' and ')}`
      : `On day ${schedule.day} of each month`;
  return `${days} at ${at} (${timezone.replaceAll('_', ' ')}), for ${formatSpan(duration)}`;
}
