import type { ReactNode } from 'react';

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { CodeBlock } from '@/components/code-block';
import { DataTable } from '@/components/data-table';
import { InstallCommand } from '@/components/install-command';
import { Page } from '@/components/page';
import { Frame } from '@/components/panel';
import { STATISTICS } from '@/features/help/statistics';
import { APP_LINES, GENERATE_TOKEN } from '@/lib/connect';
import { SHORTCUTS } from '@/lib/shortcuts';

const Text = ({ children }: { children: ReactNode }) => (
  <Typography color="textSecondary" sx={{ maxWidth: 640 }}>
    {children}
  </Typography>
);

const Stack = ({ children }: { children: ReactNode }) => (
  <Box sx={{ display: 'grid', gap: 1.5, gridTemplateColumns: 'minmax(0, 1fr)' }}>{children}</Box>
);

const Newer = () => (
  <Frame title="Flask-MonitoringDashboard 2.1 and newer" subtitle="The current versions on PyPI">
    <Stack>
      <Text>
        These versions have no export route for PyDash, so you install a small exporter next to
        them. The exporter requires a token of your own. To generate one, run:
      </Text>
      <CodeBlock label="the command that generates a token" code={GENERATE_TOKEN} />
      <Text>
        Install it, with Flask-MonitoringDashboard, and add these lines before the app serves its
        first request:
      </Text>
      <InstallCommand />
      <CodeBlock label="the code for your app" code={APP_LINES} />
      <Text>
        Then choose “Add dashboard” and enter the URL of your app followed by{' '}
        <code>/dashboard</code>, and the token.
      </Text>
    </Stack>
  </Frame>
);

const Older = () => (
  <Frame title="Flask-MonitoringDashboard 1.10 to 2.0">
    <Stack>
      <Text>
        Nothing to install: these versions have their own export routes. Enter the URL and the{' '}
        <code>SECURITY_TOKEN</code> from your configuration. Versions 1.10 and 1.11 only measure the
        endpoints selected under “Rules”.
      </Text>
      <Text>
        Their responses are signed but not encrypted, and anyone who can reach the route can read
        them. Serve your app over HTTPS or, better, upgrade.
      </Text>
    </Stack>
  </Frame>
);

const Meanings = () => (
  <Frame title="Statistics">
    <Stack>
      <Text>
        Execution times are measured from the start of a request to its response. Days, weeks and
        months are those of your time zone, which you can change in the settings.
      </Text>
      <Box component="dl" sx={{ m: 0, display: 'grid', gap: 1.5, maxWidth: 640 }}>
        {STATISTICS.map(([name, meaning]) => (
          <div key={name}>
            <Box component="dt" sx={{ fontWeight: 550 }}>
              {name}
            </Box>
            <Box component="dd" sx={{ m: 0, color: 'text.secondary' }}>
              {meaning}
            </Box>
          </div>
        ))}
      </Box>
    </Stack>
  </Frame>
);

const Shortcuts = () => (
  <Frame title="Keyboard shortcuts">
    <Box sx={{ maxWidth: 360 }}>
      <DataTable
        caption="Keyboard shortcuts"
        columns={['Keys', 'Action']}
        rows={SHORTCUTS}
        align="left"
      />
    </Box>
  </Frame>
);

/** Instructions to connect an app, and definitions of the statistics. */
export const HelpPage = () => (
  <Page title="Help" maxWidth={760}>
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'minmax(0, 1fr)' }}>
      <Newer />
      <Older />
      <Meanings />
      <Shortcuts />
    </Box>
  </Page>
);
