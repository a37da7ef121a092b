import Box from '@mui/material/Box';

import { Page } from '@/components/page';
import { AccountSection } from '@/features/settings/account-section';
import { AppearanceSection } from '@/features/settings/appearance-section';
import { DeleteSection } from '@/features/settings/delete-section';
import { PasswordSection } from '@/features/settings/password-section';
import { SessionsSection } from '@/features/settings/sessions-section';
import { SecurityLogSection } from '@/features/settings/security-log-section';
import { TimeZoneSection } from '@/features/settings/time-zone-section';
import { TokensSection } from '@/features/settings/tokens-section';

/** The settings of the account and of this browser. */
export const SettingsPage = () => (
  <Page title="Settings" maxWidth={760}>
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'minmax(0, 1fr)' }}>
      <AccountSection />
      <AppearanceSection />
      <TimeZoneSection />
      <PasswordSection />
      <SessionsSection />
      <TokensSection />
      <SecurityLogSection />
      <DeleteSection />
    </Box>
  </Page>
);
