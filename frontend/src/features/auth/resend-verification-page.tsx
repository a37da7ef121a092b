import { useSearchParams } from 'react-router';

import { useResendVerification } from '@/api/auth/registration';
import { RequestMail } from '@/features/auth/request-mail';

/** Requests another verification email. */
export function ResendVerificationPage() {
  const [params] = useSearchParams();
  const { mutateAsync } = useResendVerification();
  return (
    <RequestMail
      title="Resend verification email"
      explanation="Enter your username and we will send a new link to the email address of your account."
      label="Username"
      type="text"
      defaultValue={params.get('name') ?? ''}
      send={(name) => mutateAsync({ name })}
    />
  );
}
