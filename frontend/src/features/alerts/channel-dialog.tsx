import { useEffect, useState } from 'react';

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useWatch, type UseFormReturn } from 'react-hook-form';

import { useChangeChannel, useCreateChannel, useMessagePreview } from '@/api/alerts/channels';
import { useUser } from '@/api/auth/user';
import type { Channel, ChannelKind, CreatedChannel, NewChannel } from '@/api/types';
import { CodeBlock } from '@/components/code-block';
import { ChoiceField, DurationField } from '@/components/form/choice-field';
import { Field, Form, PasswordField } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { QueryBoundary } from '@/components/query-boundary';
import { useNotify } from '@/components/snackbar';
import { TallDialog } from '@/components/tall-dialog';
import {
  KIND_NAMES,
  KINDS,
  settingsToSend,
  settingValues,
  type SettingField,
} from '@/features/alerts/channel-kinds';
import { SendTest } from '@/features/alerts/send-test';
import { useSettled } from '@/hooks/use-settled';

interface Values {
  name: string;
  kind: ChannelKind;
  settings: Record<string, string>;
  group_wait: number | null;
  group_interval: number | null;
  template: string;
}

type ChannelForm = UseFormReturn<Values>;

function SettingInput({ form, field }: { form: ChannelForm; field: SettingField }) {
  const { label, hint, placeholder, optional, options } = field;
  const name = `settings.${field.name}` as const;
  if (options) return <ChoiceField form={form} name={name} label={label} options={options} />;
  const rules = optional ? {} : { required: 'This field is required.' };
  const props = { form, name, label, hint, placeholder, rules, autoComplete: 'off' };
  return field.secret ? <PasswordField {...props} /> : <Field {...props} />;
}

function Preview({ form }: { form: ChannelForm }) {
  const [kind, template] = useWatch({ control: form.control, name: ['kind', 'template'] });
  const preview = useMessagePreview(kind, useSettled(template));
  return (
    <Box component="section" aria-label="Preview of a message">
      <Typography variant="body2" sx={{ mb: 0.5, fontWeight: 500 }}>
        Preview
      </Typography>
      <QueryBoundary query={preview} minHeight={96}>
        {({ title, text }) => (
          <Box
            sx={{
              p: 1.5,
              borderRadius: 1,
              bgcolor: 'action.hover',
              fontSize: '0.8125rem',
              overflowWrap: 'anywhere',
              whiteSpace: 'pre-wrap',
            }}
          >
            <strong>{title}</strong>
            {`\n${text}`}
          </Box>
        )}
      </QueryBoundary>
    </Box>
  );
}

const TEMPLATE_HINT =
  'In Jinja, with the fields title, text, url, kind, sent and alerts. Leave empty for PyDash’s own words.';

function MoreOptions({ form }: { form: ChannelForm }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Box>
        <Button aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Fewer options' : 'Grouping and wording'}
        </Button>
      </Box>
      {open && (
        <>
          <DurationField
            form={form}
            name="group_wait"
            label="Wait before the first message"
            hint="Other alerts of the same dashboard that arrive meanwhile are in the same message."
          />
          <DurationField
            form={form}
            name="group_interval"
            label="Shortest time between two messages"
            hint="About the same dashboard."
          />
          <Field
            form={form}
            name="template"
            label="Template (optional)"
            multiline
            autoComplete="off"
            placeholder="{% for alert in alerts %}{{ alert.rule.name }}: {{ alert.state }}{% endfor %}"
            hint={TEMPLATE_HINT}
          />
          <Preview form={form} />
        </>
      )}
    </>
  );
}

type Saved = Omit<CreatedChannel, 'secret'> & { secret?: string | null };

interface ChannelFormProps {
  /** The channel to change; undefined to add one. */
  channel?: Channel;
  onSaved: (saved: Saved) => void;
  onClose: () => void;
}

function ChannelFields({ channel, onSaved, onClose }: ChannelFormProps) {
  const create = useCreateChannel();
  const change = useChangeChannel(channel?.id ?? '');
  const email = useUser().data?.email ?? '';
  const defaults = (kind: ChannelKind) =>
    settingValues(kind, channel?.settings ?? (kind === 'mail' ? { address: email } : {}));
  const { form, submit } = useApiForm<Values, Saved>({
    defaultValues: {
      name: channel?.name ?? '',
      kind: channel?.kind ?? 'mail',
      settings: defaults(channel?.kind ?? 'mail'),
      group_wait: channel?.group_wait ?? 30,
      group_interval: channel?.group_interval ?? 300,
      template: channel?.template ?? '',
    },
    send: (values) => {
      const body = {
        name: values.name,
        settings: settingsToSend(values.kind, values.settings),
        group_wait: values.group_wait ?? 0,
        group_interval: values.group_interval ?? 0,
        template: values.template || null,
      };
      return channel
        ? change.mutateAsync(body)
        : create.mutateAsync({ ...body, kind: values.kind } as NewChannel);
    },
    onDone: onSaved,
  });
  const kind = useWatch({ control: form.control, name: 'kind' });
  useEffect(
    () =>
      form.subscribe({
        name: ['kind'],
        formState: { values: true },
        callback: ({ name, values }) => {
          if (name !== 'kind') return;
          form.clearErrors();
          form.setValue('settings', defaults(values.kind));
        },
      }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the channel and the account stay
    [form],
  );
  return (
    <Form
      form={form}
      submit={submit}
      submitLabel={channel ? 'Save' : 'Add channel'}
      actions={<Button onClick={onClose}>Cancel</Button>}
    >
      {!channel && (
        <ChoiceField
          form={form}
          name="kind"
          label="Kind"
          hint={KINDS[kind].about}
          options={KIND_NAMES.map((value) => ({ value, name: KINDS[value].name }))}
        />
      )}
      <Field
        form={form}
        name="name"
        label="Name"
        autoComplete="off"
        placeholder="On-call"
        rules={{ required: 'Enter a name.' }}
      />
      {KINDS[kind].fields.map((field) => (
        <SettingInput key={`${kind} ${field.name}`} form={form} field={field} />
      ))}
      <MoreOptions form={form} />
    </Form>
  );
}

/** What to do with a new channel: copy the secret of a webhook, and send a test. */
const Added = ({ created, onClose }: { created: CreatedChannel; onClose: () => void }) => (
  <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'minmax(0, 1fr)' }}>
    {created.secret !== null && (
      <>
        <Alert severity="warning">
          Copy the secret now. It will not be shown again. The server checks the signature of each
          message with it.
        </Alert>
        <CodeBlock label="the secret" code={created.secret} />
      </>
    )}
    <Typography>Send a test to see whether messages arrive.</Typography>
    <SendTest channel={created.channel} />
    <Box>
      <Button variant="contained" onClick={onClose}>
        Done
      </Button>
    </Box>
  </Box>
);

interface ChannelDialogProps {
  /** The channel to change; undefined to add one. */
  channel?: Channel;
  onClose: () => void;
}

/** Adds a channel, and then shows its secret once, or changes one. */
export function ChannelDialog({ channel, onClose }: ChannelDialogProps) {
  const [created, setCreated] = useState<CreatedChannel | null>(null);
  const notify = useNotify();
  const title = channel ? `Edit ${channel.name}` : 'Add a channel';
  return (
    // Once a secret is shown, only the button closes the dialog: a stray click would lose it.
    <TallDialog
      title={created ? created.channel.name : title}
      onClose={created?.secret != null ? undefined : onClose}
    >
      {created ? (
        <Added created={created} onClose={onClose} />
      ) : (
        <ChannelFields
          channel={channel}
          onClose={onClose}
          onSaved={({ message, channel: saved, secret = null }) => {
            notify(message);
            if (channel) onClose();
            else setCreated({ message, channel: saved, secret });
          }}
        />
      )}
    </TallDialog>
  );
}
