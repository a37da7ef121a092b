import { useEffect, useEffectEvent, useRef, useState } from 'react';

import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import { useWatch, type UseFormReturn } from 'react-hook-form';

import { useProbeDashboard, useRegisterDashboard } from '@/api/dashboards/add';
import { useDashboards } from '@/api/dashboards/dashboards';
import type { Dashboard, NewDashboard } from '@/api/types';
import { Field, Form, PasswordField } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { TallDialog } from '@/components/tall-dialog';
import { ConnectionSteps } from '@/features/overview/connection-steps';
import { ImportStatus } from '@/features/overview/import-status';
import { newHeadersProblem, parseHeaders } from '@/lib/headers';
import { urlProblem } from '@/lib/url';

type Values = Required<Omit<NewDashboard, 'headers'>> & { headers: string };

const EMPTY: Values = { name: '', url: '', token: '', headers: '', monitor_downtime: true };

/** Returns the request body; headers are omitted if there are none. */
function dashboardOf({ headers, ...values }: Values): NewDashboard {
  if (headers.trim() === '') return values;
  return { ...values, headers: parseHeaders(headers) as Record<string, string> };
}

function Fields({ form }: { form: UseFormReturn<Values> }) {
  const name = useWatch({ control: form.control, name: 'name' }).trim();
  const isTaken = useDashboards().data?.some((dashboard) => dashboard.name === name);
  /** The host is the name until the user enters another one. */
  const suggested = useRef('');
  const suggestName = (url: string) => {
    if (!['', suggested.current].includes(form.getValues('name'))) return;
    suggested.current = URL.canParse(url) ? new URL(url).host : '';
    const shouldValidate = form.getFieldState('name').invalid;
    form.setValue('name', suggested.current, { shouldValidate });
  };
  return (
    <>
      <Field
        form={form}
        name="url"
        label="Dashboard URL"
        type="url"
        autoFocus
        placeholder="https://shop.example.com/dashboard"
        hint="The URL of Flask-MonitoringDashboard: your app’s URL followed by /dashboard."
        rules={{
          required: 'Enter the URL.',
          validate: urlProblem,
          onChange: ({ target }: { target: HTMLInputElement }) => suggestName(target.value),
        }}
      />
      <PasswordField
        form={form}
        name="token"
        label="Token"
        autoComplete="off"
        hint="The security_token from your Flask-MonitoringDashboard configuration."
        rules={{ required: 'Enter the token.' }}
      />
      <Field
        form={form}
        name="name"
        label="Name"
        hint={isTaken && 'You already have a dashboard with this name.'}
        rules={{ required: 'Enter a name.' }}
      />
      <Field
        form={form}
        name="headers"
        label="Extra request headers (optional)"
        multiline
        autoComplete="off"
        placeholder="Authorization: Basic …"
        hint="For a proxy in front of the app that requires its own login. One per line; stored encrypted."
        rules={{ validate: newHeadersProblem }}
      />
      <FormControlLabel
        control={<Switch {...form.register('monitor_downtime')} defaultChecked size="small" />}
        label="Monitor uptime"
      />
    </>
  );
}

interface AddFormProps {
  onAdded: (dashboard: Dashboard) => void;
  onClose: () => void;
}

function AddForm({ onAdded, onClose }: AddFormProps) {
  const probe = useProbeDashboard();
  const register = useRegisterDashboard();
  const tested = useRef(new AbortController());
  const { form, submit } = useApiForm<Values, Dashboard | undefined>({
    defaultValues: EMPTY,
    send: async (values) => {
      const { signal } = (tested.current = new AbortController());
      const dashboard = dashboardOf(values);
      const { url, token, headers } = dashboard;
      const connection = { url, token, ...(headers && { headers }) };
      try {
        const { ok } = await probe.mutateAsync({ connection, signal });
        return ok ? (await register.mutateAsync({ dashboard, signal })).dashboard : undefined;
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      }
    },
    onDone: (dashboard) => dashboard && onAdded(dashboard),
  });
  const forgetResults = useEffectEvent(() => {
    tested.current.abort();
    probe.reset();
    form.clearErrors('root');
  });
  useEffect(
    () =>
      form.subscribe({
        name: ['url', 'token', 'headers'],
        formState: { values: true },
        callback: ({ name }) => name !== undefined && forgetResults(),
      }),
    [form],
  );
  useEffect(() => () => tested.current.abort(), []);
  return (
    <Form
      form={form}
      submit={submit}
      submitLabel="Test and add"
      actions={<Button onClick={onClose}>Cancel</Button>}
    >
      <Fields form={form} />
      <ConnectionSteps probe={probe} />
    </Form>
  );
}

/** Adds a dashboard after a connection test, then shows the import of its history. */
export function AddDashboardDialog({ onClose }: { onClose: () => void }) {
  const [added, setAdded] = useState<Dashboard | null>(null);
  return (
    <TallDialog title={added ? added.name : 'Add a dashboard'} onClose={onClose}>
      {added ? (
        <ImportStatus dashboard={added} onClose={onClose} />
      ) : (
        <AddForm onAdded={setAdded} onClose={onClose} />
      )}
    </TallDialog>
  );
}
