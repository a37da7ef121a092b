import { useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { Link as RouterLink } from 'react-router';

import { useAcknowledge } from '@/api/alerts/alerts';
import { useMuteRule } from '@/api/alerts/rules';
import type { Alert, AlertMessage, Rule } from '@/api/types';
import { Field, Form } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { RelativeTime } from '@/components/relative-time';
import { useNotify } from '@/components/snackbar';
import { MuteButton } from '@/features/alerts/mute-button';
import { buttons, row } from '@/components/row';
import { SeverityLabel, StateLabel } from '@/features/alerts/state-label';
import { useNow } from '@/hooks/use-now';
import { useZone } from '@/hooks/use-zone';
import { formatStatistic, STATISTIC_NAMES, type AlertStatistic } from '@/lib/condition-text';
import { formatDateTime, formatNumber, formatSpan } from '@/lib/format';
import { dashboardPage } from '@/lib/paths';

/** "7.5%, threshold 5%". */
export function valueText({ value, threshold, rule }: Alert): string | undefined {
  if (value === null) return undefined;
  const { statistic } = rule.condition;
  const isKnown = typeof statistic === 'string' && statistic in STATISTIC_NAMES;
  const show = (one: number) =>
    isKnown ? formatStatistic(statistic as AlertStatistic, one) : formatNumber(one);
  return threshold === null ? show(value) : `${show(value)}, threshold ${show(threshold)}`;
}

/** Since when an alert lasts, or when it was and for how long. */
function Period({ alert }: { alert: Alert }) {
  const zone = useZone();
  const now = useNow();
  const since = new Date(alert.since);
  if (alert.resolved_at !== null)
    return (
      <>
        {formatDateTime(since, zone)}
        {alert.duration !== null && `, lasted ${formatSpan(alert.duration)}`}
      </>
    );
  const seconds = Math.max(0, (now.getTime() - since.getTime()) / 1000);
  return (
    <time dateTime={alert.since} title={formatDateTime(since, zone)}>
      since {formatDateTime(since, zone)} ({formatSpan(Math.floor(seconds))})
    </time>
  );
}

function AcknowledgeForm({ alert, onDone }: { alert: Alert; onDone: () => void }) {
  const acknowledge = useAcknowledge(alert.id);
  const notify = useNotify();
  const { form, submit } = useApiForm<{ comment: string }, AlertMessage>({
    defaultValues: { comment: '' },
    send: acknowledge.mutateAsync,
    onDone: ({ message }) => {
      notify(message);
      onDone();
    },
  });
  return (
    <Box sx={{ maxWidth: 480 }}>
      <Form
        form={form}
        submit={submit}
        submitLabel="Acknowledge"
        actions={<Button onClick={onDone}>Cancel</Button>}
      >
        <Field
          form={form}
          name="comment"
          label="Comment (optional)"
          autoComplete="off"
          autoFocus
          hint="No more reminders are sent about this alert."
        />
      </Form>
    </Box>
  );
}

const titleOf = ({ rule, dashboard }: Alert) =>
  dashboard ? `${rule.name}, ${dashboard.name}` : rule.name;

/** What can be done about an alert that lasts. */
function Actions({ alert, rule }: { alert: Alert; rule: Rule | undefined }) {
  const [acknowledging, setAcknowledging] = useState(false);
  const mute = useMuteRule(alert.rule.id);
  if (acknowledging)
    return <AcknowledgeForm alert={alert} onDone={() => setAcknowledging(false)} />;
  return (
    <Box sx={buttons}>
      {alert.acknowledged_by === null && (
        <Button
          variant="outlined"
          aria-label={`Acknowledge: ${titleOf(alert)}`}
          onClick={() => setAcknowledging(true)}
        >
          Acknowledge
        </Button>
      )}
      {rule && <MuteButton of={rule.name} isMuted={isMuted(rule)} mutation={mute} />}
    </Box>
  );
}

export const isMuted = ({ muted_until, muted_until_resolved }: Rule): boolean =>
  muted_until_resolved || (muted_until !== null && new Date(muted_until) > new Date());

interface AlertRowProps {
  alert: Alert;
  /** Its rule, unless that was deleted. */
  rule?: Rule;
}

/** An alert: what, where, since when, and what can be done. */
export function AlertRow({ alert, rule }: AlertRowProps) {
  const { dashboard, acknowledged_by: by, acknowledged_at: at } = alert;
  const value = valueText(alert);
  // A rule without a name of its own is called as its condition, which the text repeats: "…: 5%."
  const isNews = alert.text && !(value && alert.text.startsWith(`${alert.rule.name}: `));
  return (
    <Box component="li" aria-label={titleOf(alert)} sx={row}>
      <Box>
        <Typography component="h3" sx={{ fontWeight: 550 }}>
          {alert.rule.name}
        </Typography>
        <Typography variant="body2">
          {dashboard && (
            <>
              <Link component={RouterLink} to={dashboardPage(dashboard.id)}>
                {dashboard.name}
              </Link>
              {' · '}
            </>
          )}
          <StateLabel state={alert.state} /> · <SeverityLabel severity={alert.severity} />
          {value !== undefined && ` · ${value}`}
        </Typography>
        <Typography variant="caption" color="textSecondary" component="div">
          <Period alert={alert} />
          {isNews && <Box>{alert.text}</Box>}
          {by !== null && at !== null && (
            <Box>
              Acknowledged by {by} <RelativeTime moment={at} />
              {alert.comment && `: ${alert.comment}`}
            </Box>
          )}
          {rule && isMuted(rule) && <Box>Muted: no messages are sent.</Box>}
        </Typography>
      </Box>
      {alert.state !== 'resolved' && alert.fired_at !== null && (
        <Actions alert={alert} rule={rule} />
      )}
    </Box>
  );
}
