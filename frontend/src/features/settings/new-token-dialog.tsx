import { useState } from 'react';

import Button from '@mui/material/Button';
import { Controller } from 'react-hook-form';

import { useCreateToken } from '@/api/account/tokens';
import type { NewToken, TokenSecret } from '@/api/types';
import { Field, Form, PasswordField } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { SecretDialog } from '@/components/secret-dialog';
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

/** Creates an API token and shows its secret once. */
export function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const [created, setCreated] = useState<{ name: string; secret: string }>();
  return (
    <SecretDialog title="New API token" what="the token" created={created} onClose={onClose}>
      <NewTokenForm
        onCreated={({ token, secret }) => setCreated({ name: token.name, secret })}
        onClose={onClose}
      />
    </SecretDialog>
  );
}
