import type { Downtime } from '@/api/types';
import { momentOf, plusDays } from '@/lib/time-zone';

export interface Day {
  /** "2026-01-31" */
  date: string;
  downSeconds: number;
  /** The share of the day; null if it was not monitored. */
  down: number | null;
  /** Mean ping time, in ms. */
  latency: number | null;
}

/** When summer time begins or ends, a day has 23 or 25 hours. */
const secondsOf = (date: string, zone: string) =>
  (momentOf(plusDays(date, 1), zone).getTime() - momentOf(date, zone).getTime()) / 1_000;

/** Returns the days of a response in order; a day without pings and outages was not monitored. */
export const daysOf = ({ total_downtimes, latency }: Downtime, zone: string): Day[] =>
  Object.entries(total_downtimes)
    .map(([date, downSeconds]) => {
      const ping = latency[date] ?? null;
      const monitored = ping !== null || downSeconds > 0;
      return {
        date,
        downSeconds,
        latency: ping,
        down: monitored ? downSeconds / secondsOf(date, zone) : null,
      };
    })
    .sort((one, other) => one.date.localeCompare(other.date));

export const isMonitored = (days: readonly Day[]) => days.some(({ down }) => down !== null);
