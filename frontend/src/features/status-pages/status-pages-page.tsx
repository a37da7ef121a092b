import { useState } from 'react';

import Button from '@mui/material/Button';
import MuiLink from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router';

import { useStatusPages } from '@/api/status-pages/status-pages';
import type { StatusPage } from '@/api/types';
import { Icon } from '@/components/icon';
import { List, ListRow } from '@/components/list';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { Frame } from '@/components/panel';
import { QueryBoundary } from '@/components/query-boundary';
import { OpenButton } from '@/features/status-pages/open-button';
import { PageDialog } from '@/features/status-pages/page-dialog';
import { statusPagePath } from '@/lib/paths';

const PageRow = ({ page }: { page: StatusPage }) => (
  <ListRow action={<OpenButton page={page} />}>
    <MuiLink component={Link} to={statusPagePath(page.id)} sx={{ fontWeight: 550 }}>
      {page.name}
    </MuiLink>
    <Typography variant="caption" color="textSecondary" component="div">
      {[
        `/s/${page.slug}`,
        page.enabled ? (page.has_password ? 'With a password' : 'Public') : 'Offline',
        page.open_incidents > 0 ? `Open incidents: ${page.open_incidents}` : '',
        `Subscribers: ${page.subscribers}`,
      ]
        .filter(Boolean)
        .join(' · ')}
    </Typography>
  </ListRow>
);

/** The status pages of the account. */
export function StatusPagesPage() {
  const pages = useStatusPages();
  const [creating, setCreating] = useState(false);
  const create = (
    <Button variant="contained" startIcon={<Icon name="add" />} onClick={() => setCreating(true)}>
      New status page
    </Button>
  );
  return (
    <Page title="Status pages" maxWidth={1080} actions={pages.data?.length ? create : undefined}>
      <Frame title="Pages" subtitle="They tell the users of your apps whether these work.">
        <QueryBoundary
          query={pages}
          isEmpty={(all) => all.length === 0}
          empty={
            <Notice icon="monitor" title="There are no status pages yet" action={create}>
              A status page shows the uptime of your apps and incidents to everyone, or to those who
              know its password.
            </Notice>
          }
        >
          {(all) => (
            <List label="Status pages">
              {all.map((page) => (
                <PageRow key={page.id} page={page} />
              ))}
            </List>
          )}
        </QueryBoundary>
      </Frame>
      {creating && <PageDialog onClose={() => setCreating(false)} />}
    </Page>
  );
}
