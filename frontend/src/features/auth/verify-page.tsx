import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { Link, useParams } from 'react-router';

import { useVerification } from '@/api/auth/registration';
import { messageOf } from '@/api/core/errors';
import { AuthPage } from '@/features/auth/auth-page';
import { loginPath } from '@/lib/paths';

function Outcome({ code }: { code: string }) {
  const verification = useVerification(code);
  if (verification.isPending)
    return <Skeleton variant="rounded" height={96} aria-label="Verifying the link" />;
  if (verification.isError) {
    return (
      <Box role="alert">
        <Typography sx={{ mb: 2 }}>{messageOf(verification.error)}</Typography>
        <Button variant="outlined" component={Link} to="/resend-verification">
          Request a new link
        </Button>
      </Box>
    );
  }
  return (
    <Box role="status">
      <Typography sx={{ mb: 2 }}>{verification.data.message}</Typography>
      <Button variant="contained" component={Link} to={loginPath()}>
        Sign in
      </Button>
    </Box>
  );
}

/** The target of the link in a verification email. */
export function VerifyPage() {
  const { code = '' } = useParams();
  return (
    <AuthPage title="Verify your email address">
      <Outcome code={code} />
    </AuthPage>
  );
}
