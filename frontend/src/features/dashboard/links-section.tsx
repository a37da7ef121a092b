import { useEffect, useRef, useState } from 'react';

import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useLocation } from 'react-router';

import { messageOf } from '@/api/core/errors';
import { useLinks, useRevokeLink } from '@/api/dashboards/links';
import type { ShareLink } from '@/api/types';
import { ConfirmButton } from '@/components/confirm-button';
import { CredentialUse } from '@/components/credential-use';
import { FocusFallback } from '@/components/focus-fallback';
import { Icon } from '@/components/icon';
import { List, ListRow } from '@/components/list';
import { Frame } from '@/components/panel';
import { QueryBoundary } from '@/components/query-boundary';
import { useNotify } from '@/components/snackbar';
import { NewLinkDialog } from '@/features/dashboard/new-link-dialog';
import { PANEL_NAMES } from '@/features/dashboard/shared-panels';
import { useZone } from '@/hooks/use-zone';
import { formatDateTime } from '@/lib/format';

interface SharedLinkProps {
  dashboardId: string;
  link: ShareLink;
}

function SharedLink({ dashboardId, link }: SharedLinkProps) {
  const revoke = useRevokeLink(dashboardId);
  const notify = useNotify();
  const zone = useZone();
  return (
    <ListRow
      action={
        <ConfirmButton
          label="Revoke"
          confirmLabel="Revoke permanently"
          of={link.name}
          busy={revoke.isPending}
          onConfirm={() =>
            revoke.mutate(link.id, {
              onSuccess: ({ message }) => notify(message),
              onError: (error) => notify(messageOf(error), 'error'),
            })
          }
        />
      }
    >
      <span>{link.name}</span>
      <Typography variant="caption" color="textSecondary" component="div">
        {link.panels.map((panel) => PANEL_NAMES[panel]).join(', ')}
      </Typography>
      <Typography variant="caption" color="textSecondary" component="div">
        {link.prefix}… · created {formatDateTime(new Date(link.created), zone)} ·{' '}
        <CredentialUse {...link} />
      </Typography>
    </ListRow>
  );
}

/** The fragment of the address that leads to this section. */
const LINKS = '#links';

/** The read-only links to a dashboard. */
export function LinksSection({ dashboardId }: { dashboardId: string }) {
  const links = useLinks(dashboardId);
  const [adding, setAdding] = useState(false);
  const section = useRef<HTMLElement>(null);
  const { hash } = useLocation();
  useEffect(() => {
    if (hash === LINKS) section.current?.scrollIntoView();
  }, [hash]);
  return (
    <Frame
      ref={section}
      title="Read-only links"
      subtitle="For people without an account. Whoever has a link sees its panels until it expires or you revoke it."
      actions={
        <Button variant="outlined" startIcon={<Icon name="add" />} onClick={() => setAdding(true)}>
          New link
        </Button>
      }
    >
      <FocusFallback label="Read-only links">
        <QueryBoundary
          query={links}
          minHeight={40}
          isEmpty={(all) => all.length === 0}
          empty={<Typography color="textSecondary">There are no read-only links.</Typography>}
        >
          {(all) => (
            <List label="Read-only links">
              {all.map((link) => (
                <SharedLink key={link.id} {...{ dashboardId, link }} />
              ))}
            </List>
          )}
        </QueryBoundary>
      </FocusFallback>
      {adding && <NewLinkDialog dashboardId={dashboardId} onClose={() => setAdding(false)} />}
    </Frame>
  );
}
