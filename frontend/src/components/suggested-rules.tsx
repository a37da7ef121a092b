import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { Link as RouterLink } from 'react-router';

import { useChannels } from '@/api/alerts/channels';
import { useSuggestedRules, useTakeSuggestedRules } from '@/api/alerts/rules';
import { messageOf } from '@/api/core/errors';
import { useDashboards } from '@/api/dashboards/dashboards';
import type { Dashboard } from '@/api/types';
import { BusyButton } from '@/components/busy-button';
import { List, ListRow } from '@/components/list';
import { Frame } from '@/components/panel';
import { useNotify } from '@/components/snackbar';
import { ALERTS } from '@/lib/paths';

function Suggestion({ dashboard }: { dashboard: Dashboard }) {
  const rules = useSuggestedRules(dashboard.id).data ?? [];
  const channels = useChannels().data ?? [];
  const take = useTakeSuggestedRules(dashboard.id);
  const notify = useNotify();
  const missing = rules.filter(({ exists }) => !exists);
  if (missing.length === 0) return null;
  const label = missing.length === 1 ? 'Add it' : `Add all ${missing.length}`;
  return (
    <ListRow
      action={
        channels.length > 0 && (
          <BusyButton
            variant="outlined"
            aria-label={`${label}: ${dashboard.name}`}
            busy={take.isPending}
            onClick={() =>
              take.mutate(
                { channels: channels.map(({ id }) => id) },
                {
                  onSuccess: ({ message }) => notify(message),
                  onError: (error) => notify(messageOf(error), 'error'),
                },
              )
            }
          >
            {label}
          </BusyButton>
        )
      }
    >
      <span>{dashboard.name}</span>
      <Typography variant="caption" color="textSecondary" component="div">
        {missing.map(({ name }) => name).join('; ')}
      </Typography>
    </ListRow>
  );
}

/** The suggested rules of the dashboards that do not have them; nothing if all do. */
export function SuggestedRules({ dashboardId }: { dashboardId?: string }) {
  const dashboards = (useDashboards().data ?? []).filter(
    ({ id }) => dashboardId === undefined || id === dashboardId,
  );
  const channels = useChannels().data;
  if (dashboards.length === 0 || channels === undefined) return null;
  return (
    // Hidden while no row is: each row knows by itself whether it has something to suggest.
    <Box sx={{ display: 'grid', '&:not(:has(li))': { display: 'none' } }}>
      <Frame title="Suggested rules" subtitle="Useful for most apps. All channels are notified.">
        {channels.length === 0 && (
          <Typography variant="body2" sx={{ mb: 1 }}>
            <Link component={RouterLink} to={`${ALERTS}/channels`}>
              Add a channel
            </Link>{' '}
            first, so that somebody is notified.
          </Typography>
        )}
        <List label="Suggested rules">
          {dashboards.map((dashboard) => (
            <Suggestion key={dashboard.id} dashboard={dashboard} />
          ))}
        </List>
      </Frame>
    </Box>
  );
}
