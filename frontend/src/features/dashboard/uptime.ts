import type { Downtime } from '@/api/types';

const DAY_S = 86_400;

export interface Day {
  /** "2026-01-31" (UTC). */
  date: string;
  downSeconds: number;
  /** The share of the day; null if it was not monitored. */
  down: number | null;
  /** Mean ping time, in ms. */
  latency: number | null;
}

/** Returns the days of a response in order; a day without pings and outages was not monitored. */
export const daysOf = ({ total_downtimes, latency }: Downtime): Day[] =>
  Object.entries(total_downtimes)
    .map(([date, downSeconds]) => {
      const ping = latency[date] ?? null;
      const monitored = ping !== null || downSeconds > 0;
      return { date, downSeconds, latency: ping, down: monitored ? downSeconds / DAY_S : null };
    })
    .sort((one, other) => one.date.localeCompare(other.date));

export const isMonitored = (days: readonly Day[]) => days.some(({ down }) => down !== null);
