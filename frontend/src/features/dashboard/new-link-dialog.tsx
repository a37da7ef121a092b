import { useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import Typography from '@mui/material/Typography';
import { Controller, type UseFormReturn } from 'react-hook-form';

import { useCreateLink } from '@/api/dashboards/links';
import type { CreatedShareLink, SharedPanel } from '@/api/types';
import { Field, Form } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { SecretDialog } from '@/components/secret-dialog';
import { Select } from '@/components/select';
import { PANEL_NAMES, PANELS } from '@/features/dashboard/shared-panels';
import { ROOT } from '@/lib/root';

const LIFETIMES = [
  { value: '1', name: 'Expires in 1 day' },
  { value: '7', name: 'Expires in 7 days' },
  { value: '30', name: 'Expires in 30 days' },
  { value: '365', name: 'Expires in one year' },
  { value: 'never', name: 'Does not expire' },
] as const;

type Lifetime = (typeof LIFETIMES)[number]['value'];

interface Values {
  name: string;
  panels: SharedPanel[];
  lifetime: Lifetime;
}

/** Endpoints and versions have names of the app, so they are left out unless they are chosen. */
const DEFAULT_PANELS = PANELS.filter((panel) => panel !== 'endpoints' && panel !== 'versions');

const PanelChoice = ({ form }: { form: UseFormReturn<Values> }) => (
  <Controller
    control={form.control}
    name="panels"
    rules={{ validate: (panels) => panels.length > 0 || 'Choose at least one panel.' }}
    render={({ field: { value, onChange }, fieldState: { error } }) => (
      <Box component="fieldset" sx={{ m: 0, p: 0, border: 0, minWidth: 0, display: 'grid' }}>
        <Typography component="legend" variant="body2" sx={{ p: 0, fontWeight: 500 }}>
          Visitors see
        </Typography>
        {PANELS.map((panel) => (
          <FormControlLabel
            key={panel}
            control={
              <Checkbox
                size="small"
                checked={value.includes(panel)}
                onChange={(_, isChosen) =>
                  onChange(PANELS.filter((one) => (one === panel ? isChosen : value.includes(one))))
                }
              />
            }
            label={PANEL_NAMES[panel]}
            slotProps={{ typography: { variant: 'body2' } }}
          />
        ))}
        {error && (
          <Typography role="alert" variant="caption" color="error">
            {error.message}
          </Typography>
        )}
      </Box>
    )}
  />
);

interface NewLinkFormProps {
  dashboardId: string;
  onCreated: (created: CreatedShareLink) => void;
  onClose: () => void;
}

function NewLinkForm({ dashboardId, onCreated, onClose }: NewLinkFormProps) {
  const create = useCreateLink(dashboardId);
  const { form, submit } = useApiForm<Values, CreatedShareLink>({
    defaultValues: { name: '', panels: DEFAULT_PANELS, lifetime: '30' },
    send: ({ name, panels, lifetime }) =>
      create.mutateAsync({
        name,
        panels,
        expires_in_days: lifetime === 'never' ? null : Number(lifetime),
      }),
    onDone: onCreated,
  });
  return (
    <Form
      form={form}
      submit={submit}
      submitLabel="Create link"
      actions={<Button onClick={onClose}>Cancel</Button>}
    >
      <Field
        form={form}
        name="name"
        label="Name"
        autoFocus
        autoComplete="off"
        hint="Who it is for. Visitors do not see it."
        rules={{ required: 'Enter a name.' }}
      />
      <PanelChoice form={form} />
      <Controller
        control={form.control}
        name="lifetime"
        render={({ field: { value, onChange } }) => (
          <Select label="Expiry" value={value} options={LIFETIMES} onChange={onChange} />
        )}
      />
      <Typography variant="caption" color="textSecondary">
        Visitors see neither IP addresses nor users, and no other page. The names of endpoints and
        versions are shown only by their panels.
      </Typography>
    </Form>
  );
}

interface NewLinkDialogProps {
  dashboardId: string;
  onClose: () => void;
}

/** Creates a read-only link and shows it once. */
export function NewLinkDialog({ dashboardId, onClose }: NewLinkDialogProps) {
  const [created, setCreated] = useState<{ name: string; secret: string }>();
  return (
    <SecretDialog title="New read-only link" what="the link" created={created} onClose={onClose}>
      <NewLinkForm
        {...{ dashboardId, onClose }}
        onCreated={({ link, path }) =>
          setCreated({
            name: link.name,
            secret: `${window.location.origin}${ROOT}${path.slice(1)}`,
          })
        }
      />
    </SecretDialog>
  );
}
