import { RelativeTime } from '@/components/relative-time';
import { useNow } from '@/hooks/use-now';
import { useZone } from '@/hooks/use-zone';
import { formatDateTime } from '@/lib/format';

function Expiry({ moment }: { moment: string }) {
  const now = useNow();
  const expires = new Date(moment);
  return (
    <time dateTime={moment}>
      {expires > now ? 'expires' : 'expired'} {formatDateTime(expires, useZone())}
    </time>
  );
}

interface CredentialUseProps {
  last_used: string | null;
  expires: string | null;
}

/** When an API token or a link was used last, and when it expires. */
export const CredentialUse = ({ last_used: lastUsed, expires }: CredentialUseProps) => (
  <>
    {lastUsed ? (
      <>
        last used <RelativeTime moment={lastUsed} />
      </>
    ) : (
      'never used'
    )}{' '}
    · {expires ? <Expiry moment={expires} /> : 'does not expire'}
  </>
);
