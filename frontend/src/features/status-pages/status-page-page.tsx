import { useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useNavigate, useParams } from 'react-router';

import { messageOf } from '@/api/core/errors';
import { useDeleteStatusPage, useStatusPage } from '@/api/status-pages/status-pages';
import type { StatusPage } from '@/api/types';
import { CodeBlock } from '@/components/code-block';
import { ConfirmButton } from '@/components/confirm-button';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { Frame } from '@/components/panel';
import { QueryBoundary } from '@/components/query-boundary';
import { useNotify } from '@/components/snackbar';
import { ZoneNote } from '@/components/zone-note';
import { Incidents, PageOutages } from '@/features/status-pages/incidents';
import { OpenButton } from '@/features/status-pages/open-button';
import { PageDialog } from '@/features/status-pages/page-dialog';
import { Subscribers } from '@/features/status-pages/subscribers';
import { STATUS_PAGES } from '@/lib/paths';

function DeletePage({ page }: { page: StatusPage }) {
  const remove = useDeleteStatusPage(page.id);
  const navigate = useNavigate();
  const notify = useNotify();
  return (
    <ConfirmButton
      label="Delete"
      confirmLabel="Delete permanently"
      of={page.name}
      busy={remove.isPending}
      onConfirm={() =>
        remove.mutate(undefined, {
          onSuccess: ({ message }) => {
            notify(message);
            void navigate(STATUS_PAGES);
          },
          onError: (error) => notify(messageOf(error), 'error'),
        })
      }
    />
  );
}

const ADDRESSES = [
  ['Page', (page: StatusPage) => page.url],
  ['Atom feed', (page: StatusPage) => page.feed_url],
  ['JSON', (page: StatusPage) => `${page.url}.json`],
  ['Badge of all apps', (page: StatusPage) => page.badge_url],
] as const;

/** The addresses of a page and its formats. */
const Addresses = ({ page }: { page: StatusPage }) => {
  const badges = page.groups.flatMap(({ dashboards }) =>
    dashboards.map(({ name, badge_url: url }) => [`Badge of ${name}`, url] as const),
  );
  const all = [...ADDRESSES.map(([name, of]) => [name, of(page)] as const), ...badges];
  return (
    <Frame title="Addresses" subtitle="For your users, feed readers and README files.">
      <Box sx={{ display: 'grid', gap: 1.5, gridTemplateColumns: 'minmax(0, 1fr)' }}>
        {all.map(([name, url]) => (
          <div key={url}>
            <Typography variant="body2" sx={{ mb: 0.5, fontWeight: 500 }}>
              {name}
            </Typography>
            <CodeBlock label={name} code={url} />
          </div>
        ))}
      </Box>
    </Frame>
  );
};

function Actions({ page }: { page: StatusPage }) {
  const [editing, setEditing] = useState(false);
  return (
    <>
      <OpenButton page={page} />
      <Button variant="outlined" onClick={() => setEditing(true)}>
        Edit
      </Button>
      <DeletePage page={page} />
      {editing && <PageDialog page={page} onClose={() => setEditing(false)} />}
    </>
  );
}

/** A status page, its incidents and its subscribers. */
export function StatusPagePage() {
  const { pageId } = useParams();
  const query = useStatusPage(pageId);
  const page = query.data ?? undefined;
  return (
    <Page
      title={page?.name ?? 'Status page'}
      subtitle={<ZoneNote />}
      maxWidth={1080}
      actions={page && <Actions page={page} />}
    >
      <QueryBoundary
        query={query}
        isEmpty={(found) => found === null}
        empty={<Notice icon="search" title="Page not found" />}
      >
        {(found) =>
          found && (
            <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'minmax(0, 1fr)' }}>
              <Incidents page={found} />
              <PageOutages page={found} />
              <Subscribers page={found} />
              <Addresses page={found} />
            </Box>
          )
        }
      </QueryBoundary>
    </Page>
  );
}
