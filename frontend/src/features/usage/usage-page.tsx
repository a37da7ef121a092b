import Button from '@mui/material/Button';
import Box from '@mui/material/Box';

import { useUser } from '@/api/auth/user';
import type { UsageRow } from '@/api/types';
import { loginUsageUrl, useLoginUsage, type LoginUsageFormat } from '@/api/usage/usage';
import { Icon } from '@/components/icon';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { AggregateChoice, useAggregate } from '@/components/usage/aggregate-choice';
import { UsagePanel } from '@/components/usage/usage-panel';
import { ZoneNote } from '@/components/zone-note';
import { useZone } from '@/hooks/use-zone';

const FORMATS: readonly LoginUsageFormat[] = ['csv', 'svg', 'json'];

const Empty = () => (
  <Notice icon="user" title="Nobody has signed in in this time">
    Users who are excluded with PYDASH_USAGE_EXCLUDE, by default “admin”, do not count.
  </Notice>
);

function SignIns() {
  const [aggregate] = useAggregate();
  const query = useLoginUsage(aggregate, useZone());
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 2 }}>
      <UsagePanel<UsageRow>
        title="Users who signed in"
        subtitle="Distinct users, without those who are excluded"
        unit="Users"
        query={query}
        total={({ user }) => user}
        empty={<Empty />}
      />
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1 }}>
        {query.data &&
          FORMATS.map((format) => (
            <Button
              key={format}
              variant="outlined"
              startIcon={<Icon name="download" />}
              href={loginUsageUrl(query.data, format)}
              download={`usage.${format}`}
            >
              {format.toUpperCase()}
            </Button>
          ))}
        <Box sx={{ ml: { sm: 'auto' } }}>
          <ZoneNote />
        </Box>
      </Box>
    </Box>
  );
}

/** How many users of PyDash signed in, for administrators. */
export function UsagePage() {
  const isAdmin = useUser().data?.admin ?? false;
  return (
    <Page title="Usage" maxWidth={1120} actions={isAdmin && <AggregateChoice />}>
      {isAdmin ? <SignIns /> : <Notice icon="user" title="Only administrators can see the usage" />}
    </Page>
  );
}
