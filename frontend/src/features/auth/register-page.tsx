import { useState } from 'react';

import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { useWatch } from 'react-hook-form';
import { Link as RouterLink, useSearchParams } from 'react-router';

import { useRegisterUser } from '@/api/auth/registration';
import { Field, Form, PasswordField } from '@/components/form/fields';
import { PasswordRules } from '@/components/form/password-rules';
import { useApiForm } from '@/components/form/use-api-form';
import { AuthPage } from '@/features/auth/auth-page';
import { passwordProblem } from '@/lib/password';
import { loginPath } from '@/lib/paths';

interface Registration {
  name: string;
  email: string;
  password: string;
  confirmation: string;
  invitation: string;
}

const toLogin = (
  <Link component={RouterLink} to={loginPath()}>
    I have an account: sign in
  </Link>
);

function RegistrationForm({ onDone }: { onDone: (registered: Registration) => void }) {
  const [params] = useSearchParams();
  const invitation = params.get('invitation') ?? '';
  const register = useRegisterUser();
  const { form, submit } = useApiForm<Registration, unknown>({
    defaultValues: { name: '', email: '', password: '', confirmation: '', invitation },
    send: ({ name, email, password, invitation: code }) =>
      register.mutateAsync({ name, email, password, invitation: code || null }),
    onDone: (_, registered) => onDone(registered),
    uniqueField: 'name',
  });
  const [name, password] = useWatch({ control: form.control, name: ['name', 'password'] });
  const needsInvitation = invitation !== '' || form.formState.errors.invitation !== undefined;
  return (
    <Form form={form} submit={submit} submitLabel="Create account">
      <Field
        form={form}
        name="name"
        label="User name"
        autoComplete="username"
        autoFocus
        rules={{
          required: 'Choose a user name.',
          maxLength: { value: 64, message: 'At most 64 characters.' },
        }}
      />
      <Field
        form={form}
        name="email"
        label="E-mail address"
        type="email"
        autoComplete="email"
        rules={{ required: 'Enter your e-mail address.' }}
        hint="A link is sent there, to make sure that it is yours."
      />
      <PasswordField
        form={form}
        name="password"
        label="Password"
        autoComplete="new-password"
        rules={{
          required: 'Choose a password.',
          validate: (value, { name: userName }) => passwordProblem(value, userName),
        }}
      />
      <PasswordRules password={password} userName={name} />
      <PasswordField
        form={form}
        name="confirmation"
        label="Password once more"
        autoComplete="new-password"
        rules={{
          validate: (value, { password: first }) =>
            value === first || 'The two passwords are not the same.',
        }}
      />
      {needsInvitation && (
        <Field
          form={form}
          name="invitation"
          label="Invitation"
          rules={{ required: 'Enter your invitation.' }}
        />
      )}
    </Form>
  );
}

/** Creating an account; a mail then verifies the address. */
export function RegisterPage() {
  const [registered, setRegistered] = useState<Registration | null>(null);
  if (registered === null) {
    return (
      <AuthPage title="Create an account" links={toLogin}>
        <RegistrationForm onDone={setRegistered} />
      </AuthPage>
    );
  }
  const resend = `/resend-verification?${new URLSearchParams({ name: registered.name }).toString()}`;
  return (
    <AuthPage title="Look into your mail" links={toLogin}>
      <Typography role="status" sx={{ mb: 2 }}>
        A link was sent to <strong>{registered.email}</strong>. Follow it within seven days, and the
        account {registered.name} is yours.
      </Typography>
      <Typography variant="body2" color="textSecondary">
        Nothing there after a few minutes? Look into the spam folder, or{' '}
        <Link component={RouterLink} to={resend}>
          send the mail again
        </Link>
        .
      </Typography>
    </AuthPage>
  );
}
