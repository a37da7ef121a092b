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

/** Only what the user has changed; a token or header that was not typed stays as it is stored. */
export function changesOf(dashboard: Dashboard, values: Values): Partial<DashboardSettings> {
  return {
    ...(values.name !== dashboard.name && { name: values.name }),
    ...(values.url !== dashboard.url && { url: values.url }),
    ...(values.token !== '' && { token: values.token }),
    ...(values.headers.trim() !== '' && { headers: parseHeaders(values.headers) }),
  };
}

const TESTED = 'A new address or token is tested before it is saved, and so are new headers.';

const headersHint = ({ header_names: names }: Dashboard) =>
  names.length === 0
    ? 'For a server in front of the app that requires a login of its own. One per line; stored encrypted.'
    : `Stored: ${names.join(', ')}. A line with a name and no value, such as “${names[0]}:”, removes it.`;

const subtitleOf = ({ fmd_version: version }: Dashboard) =>
  version ? `Flask-MonitoringDashboard ${version}. ${TESTED}` : TESTED;

/** Name, address, token and request headers of a dashboard. */
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
          rules={{ required: 'A name is needed.' }}
        />
        <Field
          form={form}
          name="url"
          label="Address of the app's monitoring"
          type="url"
          autoComplete="off"
          rules={{ required: 'An address is needed.' }}
        />
        <PasswordField
          form={form}
          name="token"
          label="New token"
          autoComplete="new-password"
          hint="Leave this empty to keep the token that is stored; another server needs it again."
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
