import { useState } from 'react';

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { useController, useWatch, type UseFormReturn } from 'react-hook-form';
import { Link as RouterLink } from 'react-router';

import { useChannels } from '@/api/alerts/channels';
import { useChangeRule, useCreateRule, usePreviewRule } from '@/api/alerts/rules';
import { messageOf } from '@/api/core/errors';
import { useDashboards } from '@/api/dashboards/dashboards';
import type { Rule, RuleMessage, RuleReplay, RuleSettings } from '@/api/types';
import { BusyButton } from '@/components/busy-button';
import { ChoiceField, DurationField } from '@/components/form/choice-field';
import { Field, Form } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { useNotify } from '@/components/snackbar';
import { TallDialog } from '@/components/tall-dialog';
import {
  fieldOf,
  isReadable,
  newDraft,
  toCondition,
  toDraft,
  type Draft,
} from '@/features/alerts/condition-draft';
import { ConditionFields } from '@/features/alerts/condition-fields';
import { previewText, ruleText } from '@/features/alerts/rule-text';
import { useZone } from '@/hooks/use-zone';
import { formatDateTime } from '@/lib/format';
import { ALERTS } from '@/lib/paths';

export interface RuleValues {
  condition: Draft;
  /** Empty for all dashboards. */
  dashboard_id: string;
  name: string;
  severity: Rule['severity'];
  channels: string[];
  for: number | null;
  keep_firing_for: number | null;
  repeat: number | null;
  recover_threshold: string;
  min_calls: string;
  no_data: Rule['no_data'];
}

type RuleForm = UseFormReturn<RuleValues>;

const PREVIEW_DAYS = 30;
const MAX_PERIODS = 10;

const SEVERITIES = [
  { value: 'info', name: 'Info' },
  { value: 'warning', name: 'Warning' },
  { value: 'critical', name: 'Critical' },
];

const NO_DATA = [
  { value: 'keep', name: 'Stay as it is' },
  { value: 'ok', name: 'Be all right' },
  { value: 'alert', name: 'Alert' },
];

const NUMBER = /^\s*-?\d*\.?\d*\s*$/;

const valuesOf = (rule: Rule | undefined, dashboardId: string | undefined): RuleValues => ({
  condition: rule ? toDraft(rule.condition) : newDraft('down'),
  dashboard_id: (rule ? rule.dashboard_id : dashboardId) ?? '',
  name: rule?.name ?? '',
  severity: rule?.severity ?? 'warning',
  channels: rule?.channels ?? [],
  for: rule?.for ?? null,
  keep_firing_for: rule?.keep_firing_for ?? null,
  repeat: rule?.repeat ?? 14_400,
  recover_threshold: rule?.recover_threshold?.toString() ?? '',
  min_calls: rule?.min_calls?.toString() ?? '',
  no_data: rule?.no_data ?? 'keep',
});

const numberOrNull = (text: string) => (text.trim() === '' ? null : Number(text));

/** The settings that decide when a rule fires. */
const timingOf = (values: RuleValues) => ({
  for: values.for,
  keep_firing_for: values.keep_firing_for,
  min_calls: numberOrNull(values.min_calls),
  no_data: values.no_data,
  recover_threshold:
    values.condition.kind === 'above' || values.condition.kind === 'below'
      ? numberOrNull(values.recover_threshold)
      : null,
});

const settingsOf = (values: RuleValues): RuleSettings => ({
  ...timingOf(values),
  condition: toCondition(values.condition),
  dashboard_id: values.dashboard_id || null,
  name: values.name.trim() || null,
  severity: values.severity,
  channels: values.channels,
  repeat: values.repeat ?? 0,
});

function ChannelChoice({ form }: { form: RuleForm }) {
  const channels = useChannels().data;
  const { field, fieldState } = useController({ control: form.control, name: 'channels' });
  const toggle = (id: string) =>
    field.onChange(
      field.value.includes(id) ? field.value.filter((one) => one !== id) : [...field.value, id],
    );
  return (
    <Box component="fieldset" sx={{ m: 0, p: 0, border: 0 }}>
      <Typography component="legend" variant="body2" sx={{ p: 0, fontWeight: 500 }}>
        Notify
      </Typography>
      {channels?.map(({ id, name }) => (
        <FormControlLabel
          key={id}
          label={name}
          control={
            <Checkbox size="small" checked={field.value.includes(id)} onChange={() => toggle(id)} />
          }
        />
      ))}
      {channels?.length === 0 && (
        <Typography variant="body2" color="textSecondary">
          There is no channel yet: alerts are only listed.{' '}
          <Link component={RouterLink} to={`${ALERTS}/channels`}>
            Add a channel
          </Link>
        </Typography>
      )}
      {fieldState.error && (
        <Typography variant="caption" color="error">
          {fieldState.error.message}
        </Typography>
      )}
    </Box>
  );
}

function MoreOptions({ form }: { form: RuleForm }) {
  const [open, setOpen] = useState(false);
  const kind = useWatch({ control: form.control, name: 'condition.kind' });
  const number = { pattern: { value: NUMBER, message: 'Enter a number.' } };
  return (
    <>
      <Box>
        <Button aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Fewer options' : 'Name, timing and missing data'}
        </Button>
      </Box>
      {open && (
        <>
          <Field
            form={form}
            name="name"
            label="Name (optional)"
            autoComplete="off"
            hint="Default: the condition in words."
          />
          <DurationField
            form={form}
            name="for"
            label="Alert after"
            optional
            hint="How long the condition must be met. Default: 5 minutes for values, at once for all others."
          />
          <DurationField
            form={form}
            name="keep_firing_for"
            label="Recover after"
            optional
            hint="How long it must not be met. Default: 5 minutes; at once for an app that is down."
          />
          {(kind === 'above' || kind === 'below') && (
            <Field
              form={form}
              name="recover_threshold"
              label="Recover at (optional)"
              autoComplete="off"
              hint="Default: the threshold."
              rules={number}
            />
          )}
          <DurationField
            form={form}
            name="repeat"
            label="Remind every"
            hint="Until somebody acknowledges the alert. At least 5 minutes; 0 for never."
          />
          <Field
            form={form}
            name="min_calls"
            label="Fewest requests (optional)"
            autoComplete="off"
            hint="With fewer requests, a value is unknown. Default: 20; 0 for numbers of requests and visitors."
            rules={number}
          />
          <ChoiceField form={form} name="no_data" label="If a value is unknown" options={NO_DATA} />
        </>
      )}
    </>
  );
}

function Replay({ replay }: { replay: RuleReplay }) {
  const zone = useZone();
  const format = (moment: string) => formatDateTime(new Date(moment), zone);
  const shown = replay.episodes.slice(-MAX_PERIODS).reverse();
  return (
    <Alert severity={replay.episodes.length > 0 ? 'warning' : 'success'}>
      {previewText(replay, PREVIEW_DAYS)}
      {shown.length > 0 && (
        <Box component="ul" aria-label="When it would have fired" sx={{ m: 0, mt: 0.5, pl: 2 }}>
          {shown.map(({ since, until }) => (
            <li key={since}>
              {format(since)} {until === null ? 'until now' : `to ${format(until)}`}
            </li>
          ))}
        </Box>
      )}
      {replay.episodes.length > MAX_PERIODS && `The last ${MAX_PERIODS} are shown.`}
    </Alert>
  );
}

function Preview({ form }: { form: RuleForm }) {
  const preview = usePreviewRule();
  const dashboards = useDashboards().data ?? [];
  const values = useWatch({ control: form.control }) as RuleValues;
  const dashboard = dashboards.find(({ id }) => id === values.dashboard_id) ?? dashboards.at(0);
  if (!isReadable(values.condition)) return null;
  const condition = toCondition(values.condition);
  const replay = () =>
    dashboard &&
    preview.mutate({
      ...timingOf(values),
      condition,
      dashboard_id: dashboard.id,
      days: PREVIEW_DAYS,
    });
  return (
    <Box
      component="section"
      aria-label="The rule in words"
      sx={{ display: 'grid', gap: 1, justifyItems: 'start' }}
    >
      <Typography sx={{ overflowWrap: 'anywhere' }}>
        {ruleText({
          condition,
          dashboard: values.dashboard_id === '' ? null : (dashboard?.name ?? ''),
          for: values.for,
          severity: values.severity,
        })}
      </Typography>
      {dashboard && (
        <BusyButton variant="outlined" busy={preview.isPending} onClick={replay}>
          Preview with {dashboard.name}
        </BusyButton>
      )}
      <Box role="status" sx={{ width: '100%' }}>
        {preview.isSuccess && <Replay replay={preview.data} />}
        {preview.isError && <Alert severity="error">{messageOf(preview.error)}</Alert>}
      </Box>
    </Box>
  );
}

interface RuleDialogProps {
  /** The rule to change; undefined to add one. */
  rule?: Rule;
  /** The dashboard that a new rule watches, unless another is chosen. */
  dashboardId?: string;
  onClose: () => void;
}

function RuleFields({ rule, dashboardId, onClose }: RuleDialogProps) {
  const create = useCreateRule();
  const change = useChangeRule(rule?.id ?? '');
  const dashboards = useDashboards().data ?? [];
  const notify = useNotify();
  const { form, submit } = useApiForm<RuleValues, RuleMessage>({
    defaultValues: valuesOf(rule, dashboardId),
    send: (values) => {
      const settings = settingsOf(values);
      return rule
        ? change.mutateAsync(settings)
        : create.mutateAsync({ ...settings, condition: toCondition(values.condition) });
    },
    onDone: ({ message }) => {
      notify(message);
      onClose();
    },
    fieldOf,
  });
  return (
    <Form
      form={form}
      submit={submit}
      submitLabel={rule ? 'Save' : 'Add rule'}
      actions={<Button onClick={onClose}>Cancel</Button>}
    >
      <ChoiceField
        form={form}
        name="dashboard_id"
        label="Dashboard"
        options={[
          { value: '', name: 'All dashboards, also later ones' },
          ...dashboards.map(({ id, name }) => ({ value: id, name })),
        ]}
      />
      <ConditionFields form={form} at="condition" />
      <ChoiceField form={form} name="severity" label="Severity" options={SEVERITIES} />
      <ChannelChoice form={form} />
      <MoreOptions form={form} />
      <Preview form={form} />
    </Form>
  );
}

/** Adds a rule, or changes one. */
export function RuleDialog(props: RuleDialogProps) {
  return (
    <TallDialog
      title={props.rule ? `Edit ${props.rule.name}` : 'Add a rule'}
      onClose={props.onClose}
    >
      <RuleFields {...props} />
    </TallDialog>
  );
}
