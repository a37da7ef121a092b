import type { ExceptionGroup } from '@/api/types';
import { formatDateTime, formatNumber } from '@/lib/format';

/** Says why a group of exceptions has its state, and what ends it. */
export function stateText(group: ExceptionGroup, zone: string): string {
  const { resolved_in: version, ignored_until: until, ignored_times: times } = group;
  switch (group.state) {
    case 'new':
      return 'First seen less than 24 hours ago, in one version only.';
    case 'ongoing':
      return '';
    case 'regressed':
      return 'Seen again after it was resolved.';
    case 'resolved':
      return version === null
        ? 'It regresses if it is seen again.'
        : `In version ${version}. It regresses if it is seen in this version or in a later one.`;
    case 'ignored':
      if (until !== null) return `Until ${formatDateTime(new Date(until), zone)}.`;
      if (times === null) return 'For ever.';
      return times === 1
        ? 'Until the next exception.'
        : `Until ${formatNumber(times)} more exceptions have come.`;
  }
}
