import { useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';

import { useChannels } from '@/api/alerts/channels';
import { useChangeRule, useDeleteRule, useMuteRule, useRules } from '@/api/alerts/rules';
import { messageOf } from '@/api/core/errors';
import { useDashboards } from '@/api/dashboards/dashboards';
import type { Rule } from '@/api/types';
import { ConfirmButton } from '@/components/confirm-button';
import { FocusFallback } from '@/components/focus-fallback';
import { SavedSwitch } from '@/components/form/saved-switch';
import { Icon } from '@/components/icon';
import { List } from '@/components/list';
import { Notice } from '@/components/notice';
import { Frame } from '@/components/panel';
import { QueryBoundary } from '@/components/query-boundary';
import { SuggestedRules } from '@/components/suggested-rules';
import { useNotify } from '@/components/snackbar';
import { isMuted } from '@/features/alerts/alert-row';
import { MuteButton } from '@/features/alerts/mute-button';
import { buttons, row } from '@/components/row';
import { RuleDialog } from '@/features/alerts/rule-dialog';
import { ruleText } from '@/features/alerts/rule-text';
import { StateLabel } from '@/features/alerts/state-label';
import { useZone } from '@/hooks/use-zone';
import { formatDateTime } from '@/lib/format';

function EnabledSwitch({ rule }: { rule: Rule }) {
  const change = useChangeRule(rule.id);
  const notify = useNotify();
  return (
    <SavedSwitch
      label={rule.enabled ? 'On' : 'Off'}
      of={rule.name}
      checked={rule.enabled}
      busy={change.isPending}
      save={(enabled) =>
        change.mutate({ enabled }, { onError: (error) => notify(messageOf(error), 'error') })
      }
    />
  );
}

const useNames = () => {
  const dashboards = useDashboards().data ?? [];
  return new Map(dashboards.map(({ id, name }) => [id, name]));
};

/** The dashboards for which a rule is not all right. */
function States({ rule }: { rule: Rule }) {
  const names = useNames();
  const bad = rule.states.filter(({ state }) => state !== 'ok');
  if (!rule.enabled) return null;
  if (bad.length === 0) return <StateLabel state="ok" />;
  return bad.map(({ dashboard_id: id, state, error }, at) => (
    <span key={id}>
      {at > 0 && ', '}
      {rule.dashboard_id === null && `${names.get(id) ?? ''}: `}
      <StateLabel state={state} />
      {error !== null && ` (${error})`}
    </span>
  ));
}

function Muted({ rule }: { rule: Rule }) {
  const zone = useZone();
  if (!isMuted(rule)) return null;
  if (rule.muted_until === null) return ' · muted until it is resolved';
  return ` · muted until ${formatDateTime(new Date(rule.muted_until), zone)}`;
}

function RuleRow({ rule, onEdit }: { rule: Rule; onEdit: () => void }) {
  const mute = useMuteRule(rule.id);
  const remove = useDeleteRule(rule.id);
  const notify = useNotify();
  const names = useNames();
  const channels = useChannels().data ?? [];
  const notified = channels.filter(({ id }) => rule.channels.includes(id));
  return (
    <Box component="li" aria-label={rule.name} sx={row}>
      <Box sx={{ display: 'flex', alignItems: 'flex-start', gap: 1 }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography component="h3" sx={{ fontWeight: 550 }}>
            {rule.name}
          </Typography>
          <Typography variant="body2">
            {ruleText({
              condition: rule.condition,
              dashboard: rule.dashboard_id && (names.get(rule.dashboard_id) ?? ''),
              for: rule.for,
              severity: rule.severity,
            })}
          </Typography>
          <Typography variant="caption" color="textSecondary" component="div">
            <States rule={rule} />
            {rule.enabled && ' · '}
            {notified.length > 0
              ? `notifies ${notified.map(({ name }) => name).join(', ')}`
              : 'notifies nobody'}
            <Muted rule={rule} />
          </Typography>
        </Box>
        <EnabledSwitch rule={rule} />
      </Box>
      <Box sx={buttons}>
        <Button variant="outlined" aria-label={`Edit: ${rule.name}`} onClick={onEdit}>
          Edit
        </Button>
        <MuteButton of={rule.name} isMuted={isMuted(rule)} mutation={mute} />
        <ConfirmButton
          label="Delete"
          confirmLabel="Delete permanently"
          of={rule.name}
          busy={remove.isPending}
          onConfirm={() =>
            remove.mutate(undefined, {
              onSuccess: ({ message }) => notify(message),
              onError: (error) => notify(messageOf(error), 'error'),
            })
          }
        />
      </Box>
    </Box>
  );
}

/** The rules of the account, and those to begin with. */
export function RulesTab() {
  const rules = useRules();
  const [edited, setEdited] = useState<Rule | 'new' | null>(null);
  const add = (
    <Button variant="contained" startIcon={<Icon name="add" />} onClick={() => setEdited('new')}>
      Add rule
    </Button>
  );
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'minmax(0, 1fr)' }}>
      <SuggestedRules />
      <Frame
        title="Rules"
        subtitle="What is watched, and who is notified."
        actions={rules.data?.length ? add : undefined}
      >
        <FocusFallback label="Rules">
          <QueryBoundary
            query={rules}
            isEmpty={(all) => all.length === 0}
            empty={
              <Notice icon="bell" title="Nothing is watched yet" action={add}>
                Take the suggested rules, or add one of your own.
              </Notice>
            }
          >
            {(all) => (
              <List label="Rules">
                {all.map((rule) => (
                  <RuleRow key={rule.id} rule={rule} onEdit={() => setEdited(rule)} />
                ))}
              </List>
            )}
          </QueryBoundary>
        </FocusFallback>
        {edited && (
          <RuleDialog
            rule={edited === 'new' ? undefined : edited}
            onClose={() => setEdited(null)}
          />
        )}
      </Frame>
    </Box>
  );
}
