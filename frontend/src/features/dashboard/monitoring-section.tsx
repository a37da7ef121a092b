import Box from '@mui/material/Box';

import { messageOf } from '@/api/core/errors';
import { useChangeDashboardSettings } from '@/api/dashboards/settings';
import type { Dashboard } from '@/api/types';
import { Field, Form } from '@/components/form/fields';
import { SavedSwitch } from '@/components/form/saved-switch';
import { useApiForm } from '@/components/form/use-api-form';
import { Frame } from '@/components/panel';
import { useNotify } from '@/components/snackbar';

const WHOLE_NUMBER = /^\d*$/;

const retentionText = ({ retention }: Dashboard) => (retention === null ? '' : String(retention));

function UptimeSwitch({ dashboard }: { dashboard: Dashboard }) {
  const change = useChangeDashboardSettings(dashboard.id);
  const notify = useNotify();
  const save = (monitor_downtime: boolean) =>
    change.mutate(
      { monitor_downtime },
      {
        onSuccess: ({ message }) => notify(message),
        onError: (error) => notify(messageOf(error), 'error'),
      },
    );
  return (
    <SavedSwitch
      label="Monitor uptime"
      checked={dashboard.monitor_downtime}
      busy={change.isPending}
      save={save}
    />
  );
}

const intervalText = ({ ping_interval }: Dashboard) => String(ping_interval ?? '');

function PingIntervalForm({ dashboard }: { dashboard: Dashboard }) {
  const change = useChangeDashboardSettings(dashboard.id);
  const notify = useNotify();
  const { form, submit } = useApiForm({
    defaultValues: { ping_interval: intervalText(dashboard) },
    send: ({ ping_interval: seconds }: { ping_interval: string }) =>
      change.mutateAsync({ ping_interval: seconds === '' ? null : Number(seconds) }),
    onDone: ({ message, dashboard: saved }) => {
      notify(message);
      form.reset({ ping_interval: intervalText(saved) });
    },
  });
  return (
    <Form form={form} submit={submit} submitLabel="Save interval" idle={!form.formState.isDirty}>
      <Field
        form={form}
        name="ping_interval"
        label="Ping every (seconds)"
        autoComplete="off"
        placeholder="Default"
        hint="From 30 to 3600. Leave empty for the default of this installation."
        rules={{ pattern: { value: WHOLE_NUMBER, message: 'Enter a whole number of seconds.' } }}
      />
    </Form>
  );
}

function RetentionForm({ dashboard }: { dashboard: Dashboard }) {
  const change = useChangeDashboardSettings(dashboard.id);
  const notify = useNotify();
  const { form, submit } = useApiForm({
    defaultValues: { retention: retentionText(dashboard) },
    send: ({ retention }: { retention: string }) =>
      change.mutateAsync({ retention: retention === '' ? null : Number(retention) }),
    onDone: ({ message, dashboard: saved }) => {
      notify(message);
      form.reset({ retention: retentionText(saved) });
    },
  });
  return (
    <Form form={form} submit={submit} submitLabel="Save retention" idle={!form.formState.isDirty}>
      <Field
        form={form}
        name="retention"
        label="Keep raw requests for (days)"
        autoComplete="off"
        placeholder="Forever"
        hint="Leave empty to keep forever. Only raw requests are deleted; daily figures are kept."
        rules={{ pattern: { value: WHOLE_NUMBER, message: 'Enter a whole number of days.' } }}
      />
    </Form>
  );
}

/** Uptime monitoring, its interval, and retention of raw requests. */
export const MonitoringSection = ({ dashboard }: { dashboard: Dashboard }) => (
  <Frame title="Monitoring">
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
      <UptimeSwitch dashboard={dashboard} />
      {dashboard.monitor_downtime && <PingIntervalForm dashboard={dashboard} />}
      <RetentionForm dashboard={dashboard} />
    </Box>
  </Frame>
);
