import { useRequestPasswordReset } from '@/api/auth/password-reset';
import { RequestMail } from '@/features/auth/request-mail';

/** Has a link sent that sets a new password. */
export function ForgotPasswordPage() {
  const { mutateAsync } = useRequestPasswordReset();
  return (
    <RequestMail
      title="Forgot your password?"
      explanation="Enter your e-mail address, and a link is sent there with which you choose a new one."
      label="E-mail address"
      type="email"
      send={(email) => mutateAsync({ email })}
    />
  );
}
