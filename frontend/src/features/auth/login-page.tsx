import Link from '@mui/material/Link';
import { Navigate, Link as RouterLink, useSearchParams } from 'react-router';

import { useLogin } from '@/api/auth/login';
import { useUser } from '@/api/auth/user';
import { hasStatus } from '@/api/core/errors';
import type { Credentials } from '@/api/types';
import { Field, Form, PasswordField } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { AuthPage } from '@/features/auth/auth-page';
import { safeNext } from '@/lib/paths';

const links = (
  <>
    <Link component={RouterLink} to="/register">
      Create an account
    </Link>
    <Link component={RouterLink} to="/forgot-password">
      Forgot your password?
    </Link>
    <Link component={RouterLink} to="/contact">
      Contact
    </Link>
  </>
);

interface LoginFormProps {
  login: ReturnType<typeof useLogin>;
  /** The page that was requested. */
  next: string | null;
}

function LoginForm({ login, next }: LoginFormProps) {
  const { form, submit } = useApiForm<Credentials, unknown>({
    defaultValues: { name: '', password: '' },
    send: (credentials) => login.mutateAsync({ ...credentials, next: next ?? undefined }),
    onDone: () => undefined, // the page leads on as soon as there is a user
  });
  const resend = `/resend-verification?${new URLSearchParams({ name: form.getValues('name') }).toString()}`;
  return (
    <Form
      form={form}
      submit={submit}
      submitLabel="Sign in"
      actions={
        hasStatus(login.error, 403) && (
          <Link component={RouterLink} to={resend} sx={{ alignSelf: 'center' }}>
            Resend verification email
          </Link>
        )
      }
    >
      <Field
        form={form}
        name="name"
        label="Username"
        autoComplete="username"
        autoFocus
        rules={{ required: 'Enter your username.' }}
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

/** Signs the user in, then opens the requested page. */
export function LoginPage() {
  const next = useSearchParams()[0].get('next');
  const login = useLogin();
  const user = useUser().data;
  // While signing in, the server has not yet decided which page is next.
  if (user && !login.isPending) return <Navigate to={login.data?.next ?? safeNext(next)} replace />;
  return (
    <AuthPage title="Sign in" links={links}>
      <LoginForm login={login} next={next} />
    </AuthPage>
  );
}
