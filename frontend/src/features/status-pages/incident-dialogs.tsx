import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import Typography from '@mui/material/Typography';
import { useController, type FieldValues, type Path, type UseFormReturn } from 'react-hook-form';

import {
  useCreateIncident,
  usePostUpdate,
  usePublishIncident,
} from '@/api/status-pages/status-pages';
import type { Incident, IncidentMessage, NewIncident, NewUpdate, StatusPage } from '@/api/types';
import { ChoiceField } from '@/components/form/choice-field';
import { Field } from '@/components/form/fields';
import { FormDialog } from '@/components/form/form-dialog';
import { SwitchField } from '@/components/form/switch-field';
import { useApiForm } from '@/components/form/use-api-form';
import { useNotify } from '@/components/snackbar';
import { IMPACTS, optionsOf, STATES } from '@/features/status-pages/words';

interface DialogProps {
  page: StatusPage;
  onClose: () => void;
}

/** Reports the success of a dialog, and closes it. */
function useDone(onClose: () => void) {
  const notify = useNotify();
  return ({ message }: IncidentMessage) => {
    notify(message);
    onClose();
  };
}

interface FormOf<T extends FieldValues> {
  form: UseFormReturn<T>;
}

const TextField = <T extends FieldValues>({ form }: FormOf<T>) => (
  <Field
    form={form}
    name={'text' as Path<T>}
    label="Text"
    autoComplete="off"
    multiline
    hint="Markdown. Visitors see it."
    rules={{ required: 'Enter a text.' }}
  />
);

function NotifyField<T extends FieldValues>({ form, page }: FormOf<T> & { page: StatusPage }) {
  const { subscribers } = page;
  return (
    <SwitchField
      form={form}
      name={'notify' as Path<T>}
      label={`Notify ${subscribers === 1 ? '1 subscriber' : `${subscribers} subscribers`}`}
    />
  );
}

type NewValues = Required<NewIncident>;

function AppsField({ form, page }: { form: UseFormReturn<NewValues>; page: StatusPage }) {
  const { field } = useController({ control: form.control, name: 'dashboards' });
  const apps = page.groups.flatMap(({ dashboards }) => dashboards);
  const toggle = (id: string) =>
    field.onChange(
      field.value.includes(id) ? field.value.filter((one) => one !== id) : [...field.value, id],
    );
  return (
    <Box component="fieldset" sx={{ m: 0, p: 0, border: 0 }}>
      <Typography component="legend" variant="body2" sx={{ p: 0, fontWeight: 500 }}>
        Affected apps; none for all
      </Typography>
      {apps.map(({ dashboard_id: id, name }) => (
        <FormControlLabel
          key={id}
          label={name}
          control={
            <Checkbox size="small" checked={field.value.includes(id)} onChange={() => toggle(id)} />
          }
        />
      ))}
    </Box>
  );
}

/** Publishes an incident. */
export function NewIncidentDialog({ page, onClose }: DialogProps) {
  const create = useCreateIncident(page.id);
  const { form, submit } = useApiForm<NewValues, IncidentMessage>({
    defaultValues: {
      title: '',
      text: '',
      state: 'investigating',
      impact: 'none',
      dashboards: [],
      notify: true,
    },
    send: (incident) => create.mutateAsync(incident),
    onDone: useDone(onClose),
  });
  return (
    <FormDialog
      title="New incident"
      form={form}
      submit={submit}
      submitLabel="Publish"
      onClose={onClose}
    >
      <Field
        form={form}
        name="title"
        label="Title"
        autoComplete="off"
        rules={{ required: 'Enter a title.' }}
      />
      <ChoiceField form={form} name="state" label="State" options={optionsOf(STATES)} />
      <ChoiceField form={form} name="impact" label="Impact" options={optionsOf(IMPACTS)} />
      <AppsField form={form} page={page} />
      <TextField form={form} />
      <NotifyField form={form} page={page} />
    </FormDialog>
  );
}

/** Posts an update of an incident. */
export function UpdateDialog({ page, incident, onClose }: DialogProps & { incident: Incident }) {
  const post = usePostUpdate(page.id, incident.id);
  const { form, submit } = useApiForm<Required<NewUpdate>, IncidentMessage>({
    defaultValues: { state: incident.state, text: '', notify: true },
    send: (update) => post.mutateAsync(update),
    onDone: useDone(onClose),
  });
  return (
    <FormDialog
      title={`Update: ${incident.title}`}
      form={form}
      submit={submit}
      submitLabel="Post update"
      onClose={onClose}
    >
      <ChoiceField form={form} name="state" label="State" options={optionsOf(STATES)} />
      <TextField form={form} />
      <NotifyField form={form} page={page} />
    </FormDialog>
  );
}

/** Publishes a draft after a look at its words. */
export function PublishDialog({ page, incident, onClose }: DialogProps & { incident: Incident }) {
  const publish = usePublishIncident(page.id, incident.id);
  const update = incident.updates[0];
  const { form, submit } = useApiForm<
    { title: string; text: string; notify: boolean },
    IncidentMessage
  >({
    defaultValues: { title: incident.title, text: update?.text ?? '', notify: true },
    send: (words) => publish.mutateAsync({ ...words, updateId: update?.id ?? '' }),
    onDone: useDone(onClose),
  });
  return (
    <FormDialog
      title="Publish incident"
      form={form}
      submit={submit}
      submitLabel="Publish"
      onClose={onClose}
    >
      <Field
        form={form}
        name="title"
        label="Title"
        autoComplete="off"
        rules={{ required: 'Enter a title.' }}
      />
      <TextField form={form} />
      <NotifyField form={form} page={page} />
    </FormDialog>
  );
}
