import { useRequestPasswordReset } from '@/api/auth/password-reset';
import { RequestMail } from '@/features/auth/request-mail';

/** Requests an email with a link to reset the password. */
export function ForgotPasswordPage() {
  const { mutateAsync } = useRequestPasswordReset();
  return (
    <RequestMail
      title="Forgot your password?"
      explanation="Enter your email address and we will send you a link to reset your password."
      label="Email address"
      type="email"
      send={(email) => mutateAsync({ email })}
    />
  );
}
