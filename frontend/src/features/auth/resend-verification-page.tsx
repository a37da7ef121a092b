import { useSearchParams } from 'react-router';

import { useResendVerification } from '@/api/auth/registration';
import { RequestMail } from '@/features/auth/request-mail';

/** Has the verification mail sent once more. */
export function ResendVerificationPage() {
  const [params] = useSearchParams();
  const { mutateAsync } = useResendVerification();
  return (
    <RequestMail
      title="Send the verification mail again"
      explanation="Enter your user name, and a new link is sent to the address you registered with."
      label="User name"
      type="text"
      defaultValue={params.get('name') ?? ''}
      send={(name) => mutateAsync({ name })}
    />
  );
}
