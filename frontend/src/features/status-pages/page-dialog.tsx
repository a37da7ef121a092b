import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Typography from '@mui/material/Typography';
import { useFieldArray, useWatch, type UseFormReturn } from 'react-hook-form';

import { useDashboards } from '@/api/dashboards/dashboards';
import { useChangeStatusPage, useCreateStatusPage } from '@/api/status-pages/status-pages';
import type { StatusPage, StatusPageMessage } from '@/api/types';
import { ChoiceField } from '@/components/form/choice-field';
import { Field, PasswordField } from '@/components/form/fields';
import { FormDialog } from '@/components/form/form-dialog';
import { SwitchField } from '@/components/form/switch-field';
import { useApiForm } from '@/components/form/use-api-form';
import { Icon } from '@/components/icon';
import { useNotify } from '@/components/snackbar';
import { groupsOf, type AppRow } from '@/features/status-pages/groups';

interface Values {
  name: string;
  slug: string;
  description: string;
  requires_password: boolean;
  password: string;
  enabled: boolean;
  apps: AppRow[];
}

const REQUIRED = { required: 'This field is required.' };
const DEFAULT_GROUP = 'Services';

function AppFields({ form }: { form: UseFormReturn<Values> }) {
  const dashboards = useDashboards().data ?? [];
  const { fields, append, remove } = useFieldArray({ control: form.control, name: 'apps' });
  const rows = useWatch({ control: form.control, name: 'apps' });
  const chosen = new Set(rows.map((row) => row.dashboard_id));
  const next = dashboards.find(({ id }) => !chosen.has(id));
  return (
    <Box
      component="fieldset"
      sx={{ m: 0, p: 0, border: 0, minWidth: 0, display: 'grid', gap: 1.5 }}
    >
      <Typography component="legend" variant="body2" sx={{ p: 0, mb: 1, fontWeight: 500 }}>
        Apps
      </Typography>
      {fields.map((field, index) => (
        <Box
          key={field.id}
          role="group"
          aria-label={`App ${index + 1}`}
          sx={{
            display: 'grid',
            gap: 1,
            gridTemplateColumns: { xs: 'minmax(0, 1fr)', sm: '1fr 1fr 1fr auto' },
            alignItems: 'start',
            pb: 1.5,
            borderBottom: 1,
            borderColor: 'divider',
          }}
        >
          <ChoiceField
            form={form}
            name={`apps.${index}.dashboard_id`}
            label="Dashboard"
            options={dashboards.map(({ id, name }) => ({ value: id, name }))}
          />
          <Field
            form={form}
            name={`apps.${index}.name`}
            label="Shown as"
            autoComplete="off"
            rules={REQUIRED}
          />
          <Field
            form={form}
            name={`apps.${index}.group`}
            label="Group"
            autoComplete="off"
            rules={REQUIRED}
          />
          <IconButton
            aria-label={`Remove app ${index + 1}`}
            onClick={() => remove(index)}
            sx={{ mt: { sm: 3 }, justifySelf: 'start' }}
          >
            <Icon name="trash" />
          </IconButton>
        </Box>
      ))}
      {next && (
        <Button
          variant="outlined"
          startIcon={<Icon name="add" />}
          sx={{ justifySelf: 'start' }}
          onClick={() =>
            append({
              dashboard_id: next.id,
              name: next.name,
              group: rows.at(-1)?.group ?? DEFAULT_GROUP,
            })
          }
        >
          Add app
        </Button>
      )}
    </Box>
  );
}

/** Creates a status page, or changes one. */
export function PageDialog({ page, onClose }: { page?: StatusPage; onClose: () => void }) {
  const create = useCreateStatusPage();
  const change = useChangeStatusPage(page?.id ?? '');
  const notify = useNotify();
  const { form, submit } = useApiForm<Values, StatusPageMessage>({
    defaultValues: {
      name: page?.name ?? '',
      slug: page?.slug ?? '',
      description: page?.description ?? '',
      requires_password: page?.has_password ?? false,
      password: '',
      enabled: page?.enabled ?? true,
      apps: (page?.groups ?? []).flatMap((group) =>
        group.dashboards.map(({ dashboard_id: id, name }) => ({
          dashboard_id: id,
          name,
          group: group.name,
        })),
      ),
    },
    send: ({ requires_password: isRequired, password, apps, ...values }) => {
      const settings = { ...values, groups: groupsOf(apps) };
      if (!page) return create.mutateAsync({ ...settings, password: isRequired ? password : null });
      if (!isRequired) return change.mutateAsync({ ...settings, password: null });
      return change.mutateAsync(password === '' ? settings : { ...settings, password });
    },
    onDone: ({ message }) => {
      notify(message);
      onClose();
    },
    uniqueField: 'slug',
  });
  const requiresPassword = useWatch({ control: form.control, name: 'requires_password' });
  const keepsPassword = page?.has_password ?? false;
  return (
    <FormDialog
      title={page ? `Edit ${page.name}` : 'New status page'}
      form={form}
      submit={submit}
      submitLabel={page ? 'Save' : 'Create'}
      onClose={onClose}
    >
      <Field form={form} name="name" label="Name" autoComplete="off" rules={REQUIRED} />
      <Field
        form={form}
        name="slug"
        label="Address"
        autoComplete="off"
        placeholder="acme"
        hint="Visitors open /s/acme. Lower-case letters, digits and hyphens."
        rules={REQUIRED}
      />
      <Field
        form={form}
        name="description"
        label="Description (optional)"
        autoComplete="off"
        multiline
        hint="Markdown."
      />
      <AppFields form={form} />
      <SwitchField form={form} name="requires_password" label="Visitors need a password" />
      {requiresPassword && (
        <PasswordField
          form={form}
          name="password"
          label="Password of the page"
          autoComplete="new-password"
          hint={keepsPassword ? 'Leave it empty to keep the present one.' : undefined}
          rules={keepsPassword ? {} : REQUIRED}
        />
      )}
      <SwitchField form={form} name="enabled" label="Online" />
    </FormDialog>
  );
}
