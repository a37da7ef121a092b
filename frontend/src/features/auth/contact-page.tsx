import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { Link as RouterLink } from 'react-router';

import { useUser } from '@/api/auth/user';
import { useContact } from '@/api/system/system';
import { QueryBoundary } from '@/components/query-boundary';
import { AuthPage } from '@/features/auth/auth-page';
import { OVERVIEW, SYSTEM } from '@/lib/paths';
import { ROOT } from '@/lib/root';

const MAIL = /^[^\s@<>]+@[^\s@<>]+$/;
const WEB = /^https?:\/\/\S+$/;

function Whom({ contact }: { contact: string | null }) {
  if (contact === null)
    return (
      <Typography color="textSecondary">
        The administrator of this PyDash has not entered a contact.
      </Typography>
    );
  const href = MAIL.test(contact) ? `mailto:${contact}` : WEB.test(contact) ? contact : undefined;
  return (
    <Typography sx={{ overflowWrap: 'anywhere' }}>
      {href === undefined ? (
        contact
      ) : (
        <Link href={href} rel="noreferrer">
          {contact}
        </Link>
      )}
    </Typography>
  );
}

function Links() {
  const user = useUser().data;
  if (!user)
    return (
      <Link component={RouterLink} to="/login">
        Sign in
      </Link>
    );
  return (
    <>
      <Link component={RouterLink} to={OVERVIEW}>
        Overview
      </Link>
      {user.admin && (
        <>
          <Link component={RouterLink} to={SYSTEM}>
            System
          </Link>
          <Link href={`${ROOT}metrics`}>Metrics</Link>
          <Link href={`${ROOT}status`}>Status</Link>
        </>
      )}
    </>
  );
}

/** Whom to ask for help; for administrators, with links to the state of the installation. */
export function ContactPage() {
  const contact = useContact();
  return (
    <AuthPage title="Contact" links={<Links />}>
      <QueryBoundary query={contact} minHeight={24}>
        {(data) => <Whom contact={data.contact} />}
      </QueryBoundary>
    </AuthPage>
  );
}
