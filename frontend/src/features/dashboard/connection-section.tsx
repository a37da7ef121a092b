import { useChangeDashboardSettings } from '@/api/dashboards/settings';
import type { Dashboard, DashboardSettings } from '@/api/types';
import { Field, Form, PasswordField } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { Frame } from '@/components/panel';
import { useNotify } from '@/components/snackbar';
import { headersProblem, parseHeaders } from '@/lib/headers';

interface Values {
  name: string;
  url: string;
  token: string;
  headers: string;
}

const valuesOf = ({ name, url }: Dashboard): Values => ({ name, url, token: '', headers: '' });

/** Returns only the changed settings; empty token and header fields keep the stored values. */
export function changesOf(dashboard: Dashboard, values: Values): Partial<DashboardSettings> {
  return {
    ...(values.name !== dashboard.name && { name: values.name }),
    ...(values.url !== dashboard.url && { url: values.url }),
    ...(values.token !== '' && { token: values.token }),
    ...(values.headers.trim() !== '' && { headers: parseHeaders(values.headers) }),
  };
}

const TESTED = 'A new URL, token or header is tested before it is saved.';

const headersHint = ({ header_names: names }: Dashboard) =>
  names.length === 0
    ? 'For a proxy in front of the app that requires its own login. One per line; stored encrypted.'
    : `Stored: ${names.join(', ')}. To remove one, enter its name without a value: “${names[0]}:”`;

const subtitleOf = ({ fmd_version: version }: Dashboard) =>
  version ? `Flask-MonitoringDashboard ${version}. ${TESTED}` : TESTED;

/** Name, URL, token and request headers of a dashboard. */
export function ConnectionSection({ dashboard }: { dashboard: Dashboard }) {
  const change = useChangeDashboardSettings(dashboard.id);
  const notify = useNotify();
  const { form, submit } = useApiForm({
    defaultValues: valuesOf(dashboard),
    send: (values: Values) => change.mutateAsync(changesOf(dashboard, values)),
    onDone: ({ message, dashboard: saved }) => {
      notify(message);
      form.reset(valuesOf(saved));
    },
    uniqueField: 'name',
  });
  return (
    <Frame title="Connection" subtitle={subtitleOf(dashboard)}>
      <Form
        form={form}
        submit={submit}
        submitLabel="Save connection"
        idle={!form.formState.isDirty}
      >
        <Field
          form={form}
          name="name"
          label="Name"
          autoComplete="off"
          rules={{ required: 'Enter a name.' }}
        />
        <Field
          form={form}
          name="url"
          label="Dashboard URL"
          type="url"
          autoComplete="off"
          rules={{ required: 'Enter the URL.' }}
        />
        <PasswordField
          form={form}
          name="token"
          label="New token"
          autoComplete="new-password"
          hint="Leave empty to keep the current token. Required if the URL points to a different server."
        />
        <Field
          form={form}
          name="headers"
          label="Extra request headers"
          multiline
          autoComplete="off"
          placeholder="Authorization: Basic …"
          hint={headersHint(dashboard)}
          rules={{ validate: headersProblem }}
        />
      </Form>
    </Frame>
  );
}
