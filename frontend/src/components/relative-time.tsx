import { useNow } from '@/hooks/use-now';
import { useZone } from '@/hooks/use-zone';
import { formatAgo, formatDateTime } from '@/lib/format';

/** "2 min ago", kept up to date, with the exact time on hover. */
export function RelativeTime({ moment }: { moment: string }) {
  const now = useNow();
  const then = new Date(moment);
  return (
    <time dateTime={moment} title={formatDateTime(then, useZone())}>
      {formatAgo(then, now)}
    </time>
  );
}
