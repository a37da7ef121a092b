import Alert from '@mui/material/Alert';
import { useWatch } from 'react-hook-form';

import { useChangeSettings } from '@/api/account/account';
import { useUser } from '@/api/auth/user';
import type { User } from '@/api/types';
import { Field, Form, PasswordField } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { Frame } from '@/components/panel';
import { useNotify } from '@/components/snackbar';

interface Values {
  username: string;
  email: string;
  current_password: string;
}

function AccountForm({ user }: { user: User }) {
  const change = useChangeSettings();
  const notify = useNotify();
  const { form, submit } = useApiForm<Values, { message: string; user: User }>({
    defaultValues: { username: user.name, email: user.email, current_password: '' },
    // Only changed fields are sent.
    send: ({ username, email, current_password }) =>
      change.mutateAsync({
        ...(username !== user.name && { username }),
        ...(email !== user.email && { email, current_password }),
      }),
    onDone: ({ message, user: saved }) => {
      notify(message);
      form.reset({ username: saved.name, email: saved.email, current_password: '' });
    },
    passwordField: 'current_password',
  });
  const email = useWatch({ control: form.control, name: 'email' });
  return (
    <Form form={form} submit={submit} submitLabel="Save" idle={!form.formState.isDirty}>
      <Field
        form={form}
        name="username"
        label="Username"
        autoComplete="username"
        rules={{ required: 'Enter a username.' }}
      />
      <Field
        form={form}
        name="email"
        label="Email address"
        type="email"
        autoComplete="email"
        hint="A new address takes effect once you open the verification link we send to it."
        rules={{ required: 'Enter an email address.' }}
      />
      {email !== user.email && (
        <PasswordField
          form={form}
          name="current_password"
          label="Current password"
          autoComplete="current-password"
          hint="Required to change the email address."
          rules={{ required: 'Enter your current password.' }}
        />
      )}
      {user.pending_email && (
        <Alert severity="info">
          {user.pending_email} is not verified yet. Open the link in the verification email.
        </Alert>
      )}
    </Form>
  );
}

/** Username and email address. */
export function AccountSection() {
  const user = useUser().data;
  return <Frame title="Account">{user && <AccountForm user={user} />}</Frame>;
}
