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
    Already have an account? Sign in
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
        label="Username"
        autoComplete="username"
        autoFocus
        rules={{
          required: 'Choose a username.',
          maxLength: { value: 64, message: 'At most 64 characters.' },
        }}
      />
      <Field
        form={form}
        name="email"
        label="Email address"
        type="email"
        autoComplete="email"
        rules={{ required: 'Enter your email address.' }}
        hint="We will send a verification link to this address."
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
        label="Confirm password"
        autoComplete="new-password"
        rules={{
          validate: (value, { password: first }) =>
            value === first || 'The passwords do not match.',
        }}
      />
      {needsInvitation && (
        <Field
          form={form}
          name="invitation"
          label="Invitation code"
          rules={{ required: 'Enter your invitation code.' }}
        />
      )}
    </Form>
  );
}

/** Creates an account; a link in an email then verifies the address. */
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
    <AuthPage title="Check your inbox" links={toLogin}>
      <Typography role="status" sx={{ mb: 2 }}>
        We sent a verification link to <strong>{registered.email}</strong> to activate the account{' '}
        {registered.name}. The link is valid for 7 days.
      </Typography>
      <Typography variant="body2" color="textSecondary">
        No email after a few minutes? Check your spam folder, or{' '}
        <Link component={RouterLink} to={resend}>
          resend the email
        </Link>
        .
      </Typography>
    </AuthPage>
  );
}
