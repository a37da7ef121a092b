import { useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';

import { messageOf } from '@/api/core/errors';
import {
  useDeleteIncident,
  useDraftIncident,
  useIncidents,
  usePageOutages,
} from '@/api/status-pages/status-pages';
import type { Incident, PageOutage, StatusPage } from '@/api/types';
import { BusyButton } from '@/components/busy-button';
import { ConfirmButton } from '@/components/confirm-button';
import { FocusFallback } from '@/components/focus-fallback';
import { Icon } from '@/components/icon';
import { List, ListRow } from '@/components/list';
import { Notice } from '@/components/notice';
import { Frame } from '@/components/panel';
import { QueryBoundary } from '@/components/query-boundary';
import { buttons, row } from '@/components/row';
import { ShowMore } from '@/components/show-more';
import { useNotify } from '@/components/snackbar';
import {
  NewIncidentDialog,
  PublishDialog,
  UpdateDialog,
} from '@/features/status-pages/incident-dialogs';
import { IMPACTS, STATES } from '@/features/status-pages/words';
import { useZone } from '@/hooks/use-zone';
import { formatDateTime } from '@/lib/format';

interface OfPage {
  page: StatusPage;
}

function IncidentRow({ page, incident }: OfPage & { incident: Incident }) {
  const zone = useZone();
  const remove = useDeleteIncident(page.id, incident.id);
  const notify = useNotify();
  const [open, setOpen] = useState(false);
  const isDraft = incident.published === null;
  const names = page.groups
    .flatMap(({ dashboards }) => dashboards)
    .filter(({ dashboard_id: id }) => incident.dashboards.includes(id))
    .map(({ name }) => name);
  const [latest] = incident.updates;
  const Dialog = isDraft ? PublishDialog : UpdateDialog;
  return (
    <Box component="li" aria-label={incident.title} sx={row}>
      <Box>
        <Typography component="h3" sx={{ fontWeight: 550 }}>
          {incident.title}
        </Typography>
        <Typography variant="caption" color="textSecondary" component="div">
          {[
            isDraft ? 'Draft' : STATES[incident.state],
            formatDateTime(new Date(incident.began), zone),
            incident.impact === 'none' ? '' : IMPACTS[incident.impact],
            names.join(', '),
          ]
            .filter(Boolean)
            .join(' · ')}
        </Typography>
        <Typography variant="body2" sx={{ whiteSpace: 'pre-line', mt: 0.5 }}>
          {latest?.text}
        </Typography>
      </Box>
      <Box sx={buttons}>
        <Button
          variant="outlined"
          aria-label={`${isDraft ? 'Publish' : 'Update'}: ${incident.title}`}
          onClick={() => setOpen(true)}
        >
          {isDraft ? 'Publish' : 'Update'}
        </Button>
        <ConfirmButton
          label="Delete"
          confirmLabel="Delete permanently"
          of={incident.title}
          busy={remove.isPending}
          onConfirm={() =>
            remove.mutate(undefined, {
              onSuccess: ({ message }) => notify(message),
              onError: (error) => notify(messageOf(error), 'error'),
            })
          }
        />
      </Box>
      {open && <Dialog page={page} incident={incident} onClose={() => setOpen(false)} />}
    </Box>
  );
}

/** The incidents of a status page. */
export function Incidents({ page }: OfPage) {
  const incidents = useIncidents(page.id);
  const [adding, setAdding] = useState(false);
  const add = (
    <Button variant="contained" startIcon={<Icon name="add" />} onClick={() => setAdding(true)}>
      New incident
    </Button>
  );
  return (
    <Frame title="Incidents" actions={incidents.data?.length ? add : undefined}>
      <FocusFallback label="Incidents">
        <QueryBoundary
          query={incidents}
          isEmpty={(all) => all.length === 0}
          empty={
            <Notice icon="check" title="No incidents yet" action={add}>
              Tell visitors what is wrong, and what you do about it.
            </Notice>
          }
        >
          {(all) => (
            <>
              <List label="Incidents">
                {all.map((incident) => (
                  <IncidentRow key={incident.id} page={page} incident={incident} />
                ))}
              </List>
              <ShowMore query={incidents} />
            </>
          )}
        </QueryBoundary>
      </FocusFallback>
      {adding && <NewIncidentDialog page={page} onClose={() => setAdding(false)} />}
    </Frame>
  );
}

function OutageRow({ page, outage }: OfPage & { outage: PageOutage }) {
  const draft = useDraftIncident(page.id);
  const notify = useNotify();
  const zone = useZone();
  const format = (moment: string) => formatDateTime(new Date(moment), zone);
  const name = `${outage.name}, ${format(outage.start)}`;
  return (
    <ListRow
      action={
        outage.incident_id === null ? (
          <BusyButton
            variant="outlined"
            aria-label={`Draft incident: ${name}`}
            busy={draft.isPending}
            onClick={() =>
              draft.mutate(
                { dashboard_id: outage.dashboard_id, start: outage.start },
                {
                  onSuccess: ({ message }) => notify(message),
                  onError: (error) => notify(messageOf(error), 'error'),
                },
              )
            }
          >
            Draft incident
          </BusyButton>
        ) : (
          <Typography variant="caption" color="textSecondary">
            Drafted
          </Typography>
        )
      }
    >
      <span>{outage.name}</span>
      <Typography variant="caption" color="textSecondary" component="div">
        {outage.end === null
          ? `Since ${format(outage.start)}`
          : `${format(outage.start)} to ${format(outage.end)}`}
      </Typography>
    </ListRow>
  );
}

/** The recent outages of the apps of a status page, from which incidents are drafted. */
export function PageOutages({ page }: OfPage) {
  const outages = usePageOutages(page.id);
  return (
    <Frame title="Outages" subtitle="Of the last 30 days. A draft is not visible to visitors.">
      <QueryBoundary
        query={outages}
        minHeight={56}
        isEmpty={(all) => all.length === 0}
        empty={<Typography color="textSecondary">There were none.</Typography>}
      >
        {(all) => (
          <List label="Outages">
            {all.map((outage) => (
              <OutageRow
                key={`${outage.dashboard_id} ${outage.start}`}
                page={page}
                outage={outage}
              />
            ))}
          </List>
        )}
      </QueryBoundary>
    </Frame>
  );
}
