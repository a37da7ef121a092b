import { useState } from 'react';

import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { Link as RouterLink } from 'react-router';

import type { Message } from '@/api/types';
import { Field, Form } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { AuthPage } from '@/features/auth/auth-page';
import { loginPath } from '@/lib/paths';

interface RequestMailProps {
  title: string;
  explanation: string;
  label: string;
  type: 'text' | 'email';
  defaultValue?: string;
  send: (value: string) => Promise<Message>;
}

const toLogin = (
  <Link component={RouterLink} to={loginPath()}>
    Back to sign in
  </Link>
);

/**
 * A page with one field that requests an email; the response does not reveal who has an account.
 */
export function RequestMail(props: RequestMailProps) {
  const { title, explanation, label, type, defaultValue = '', send } = props;
  const [confirmation, setConfirmation] = useState<string | null>(null);
  const { form, submit } = useApiForm<{ value: string }, Message>({
    defaultValues: { value: defaultValue },
    send: ({ value }) => send(value),
    onDone: ({ message }) => setConfirmation(message),
  });
  return (
    <AuthPage title={title} links={toLogin}>
      {confirmation === null ? (
        <Form form={form} submit={submit} submitLabel="Send email">
          <Typography color="textSecondary">{explanation}</Typography>
          <Field
            form={form}
            name="value"
            label={label}
            type={type}
            autoComplete={type === 'email' ? 'email' : 'username'}
            autoFocus
            rules={{ required: 'This field is required.' }}
          />
        </Form>
      ) : (
        <Typography role="status">{confirmation}</Typography>
      )}
    </AuthPage>
  );
}
