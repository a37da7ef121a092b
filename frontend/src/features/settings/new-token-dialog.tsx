import { useState } from 'react';

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { Controller } from 'react-hook-form';

import { useCreateToken } from '@/api/account/tokens';
import type { NewToken, TokenSecret } from '@/api/types';
import { CodeBlock } from '@/components/code-block';
import { Field, Form, PasswordField } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { Select } from '@/components/select';

const SCOPES = [
  { value: 'read', name: 'Read: view dashboards and statistics' },
  { value: 'write', name: 'Write: change them too' },
] as const;

const LIFETIMES = [
  { value: '7', name: 'Expires in 7 days' },
  { value: '30', name: 'Expires in 30 days' },
  { value: '90', name: 'Expires in 90 days' },
  { value: '365', name: 'Expires in one year' },
] as const;

interface NewTokenFormProps {
  onCreated: (created: TokenSecret) => void;
  onClose: () => void;
}

function NewTokenForm({ onCreated, onClose }: NewTokenFormProps) {
  const create = useCreateToken();
  const { form, submit } = useApiForm<NewToken, TokenSecret>({
    defaultValues: { name: '', scope: 'read', expires_in_days: 90, password: '' },
    send: create.mutateAsync,
    onDone: onCreated,
    passwordField: 'password',
  });
  return (
    <Form
      form={form}
      submit={submit}
      submitLabel="Create token"
      actions={<Button onClick={onClose}>Cancel</Button>}
    >
      <Field
        form={form}
        name="name"
        label="Name"
        autoFocus
        hint="What you will use it for."
        rules={{ required: 'Enter a name.' }}
      />
      <Controller
        control={form.control}
        name="scope"
        render={({ field: { value = 'read', onChange } }) => (
          <Select label="Scope" value={value} options={SCOPES} onChange={onChange} />
        )}
      />
      <Controller
        control={form.control}
        name="expires_in_days"
        render={({ field: { value, onChange } }) => (
          <Select
            label="Expiry"
            value={String(value)}
            options={LIFETIMES}
            onChange={(days) => onChange(Number(days))}
          />
        )}
      />
      <PasswordField
        form={form}
        name="password"
        label="Password"
        autoComplete="current-password"
        rules={{ required: 'Enter your password.' }}
      />
    </Form>
  );
}

const Secret = ({ created, onClose }: { created: TokenSecret; onClose: () => void }) => (
  <Box sx={{ display: 'grid', gap: 2 }}>
    <Alert severity="warning">Copy the token now. It will not be shown again.</Alert>
    <CodeBlock label="the token" code={created.secret} />
    <Box>
      <Button variant="contained" onClick={onClose}>
        Done
      </Button>
    </Box>
  </Box>
);

/** Creates an API token and shows its secret once. */
export function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const [created, setCreated] = useState<TokenSecret | null>(null);
  return (
    // Once the secret is shown, only the button closes the dialog: a stray click would lose it.
    <Dialog
      open
      onClose={created ? undefined : onClose}
      fullWidth
      maxWidth="xs"
      aria-labelledby="token-title"
    >
      <DialogTitle id="token-title">{created ? created.token.name : 'New API token'}</DialogTitle>
      <DialogContent>
        <Box sx={{ pt: 1 }}>
          {created ? (
            <Secret created={created} onClose={onClose} />
          ) : (
            <NewTokenForm onCreated={setCreated} onClose={onClose} />
          )}
        </Box>
      </DialogContent>
    </Dialog>
  );
}
