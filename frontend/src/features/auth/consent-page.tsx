import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useParams } from 'react-router';

import { useConsent } from '@/api/alerts/consent';
import { messageOf } from '@/api/core/errors';
import { BusyButton } from '@/components/busy-button';
import { AuthPage } from '@/features/auth/auth-page';

/** The target of the link in mails to recipients without an account; following it changes nothing. */
export function ConsentPage() {
  const { code = '' } = useParams();
  const { mutate, isPending, variables, data, error } = useConsent(code);
  return (
    <AuthPage title="Alerts by email">
      <Typography sx={{ mb: 2 }}>
        A user of PyDash sends alerts about monitored web apps to your address. Do you want to
        receive them?
      </Typography>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
        <BusyButton variant="contained" busy={isPending && variables} onClick={() => mutate(true)}>
          Receive alerts
        </BusyButton>
        <BusyButton variant="outlined" busy={isPending && !variables} onClick={() => mutate(false)}>
          Receive no alerts
        </BusyButton>
      </Box>
      <Box role="status" sx={{ '& > *': { mt: 2 } }}>
        {data && <Alert severity="success">{data.message}</Alert>}
        {error && <Alert severity="error">{messageOf(error)}</Alert>}
      </Box>
    </AuthPage>
  );
}
