import { useState } from 'react';

import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useWatch } from 'react-hook-form';
import { Link, useParams } from 'react-router';

import { useResetPassword } from '@/api/auth/password-reset';
import type { Message } from '@/api/types';
import { Form, PasswordField } from '@/components/form/fields';
import { PasswordRules } from '@/components/form/password-rules';
import { useApiForm } from '@/components/form/use-api-form';
import { AuthPage } from '@/features/auth/auth-page';
import { passwordProblem } from '@/lib/password';
import { loginPath } from '@/lib/paths';

function ResetForm({ code, onDone }: { code: string; onDone: (message: string) => void }) {
  const reset = useResetPassword();
  const { form, submit } = useApiForm<{ new_password: string }, Message>({
    defaultValues: { new_password: '' },
    send: (values) => reset.mutateAsync({ ...values, code }),
    onDone: ({ message }) => onDone(message),
  });
  const password = useWatch({ control: form.control, name: 'new_password' });
  return (
    <Form form={form} submit={submit} submitLabel="Set password">
      <PasswordField
        form={form}
        name="new_password"
        label="New password"
        autoComplete="new-password"
        autoFocus
        rules={{
          required: 'Choose a password.',
          validate: (value) => passwordProblem(value, ''),
        }}
      />
      <PasswordRules password={password} userName="" />
    </Form>
  );
}

/** The target of the link in a password reset email. */
export function ResetPasswordPage() {
  const { code = '' } = useParams();
  const [confirmation, setConfirmation] = useState<string | null>(null);
  return (
    <AuthPage title="Choose a new password">
      {confirmation === null ? (
        <ResetForm code={code} onDone={setConfirmation} />
      ) : (
        <>
          <Typography role="status" sx={{ mb: 2 }}>
            {confirmation}
          </Typography>
          <Button variant="contained" component={Link} to={loginPath()}>
            Sign in
          </Button>
        </>
      )}
    </AuthPage>
  );
}
