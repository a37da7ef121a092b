import type { ReactNode } from 'react';

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { CodeBlock } from '@/components/code-block';
import { DataTable } from '@/components/data-table';
import { Page } from '@/components/page';
import { Frame } from '@/components/panel';
import { STATISTICS } from '@/features/help/statistics';
import { APP_LINES, INSTALL, MAKE_TOKEN } from '@/lib/connect';

const Text = ({ children }: { children: ReactNode }) => (
  <Typography color="textSecondary" sx={{ maxWidth: 640 }}>
    {children}
  </Typography>
);

const Stack = ({ children }: { children: ReactNode }) => (
  <Box sx={{ display: 'grid', gap: 1.5, gridTemplateColumns: 'minmax(0, 1fr)' }}>{children}</Box>
);

const Newer = () => (
  <Frame
    title="Flask-MonitoringDashboard 2.1 and newer"
    subtitle="This is what pip installs today."
  >
    <Stack>
      <Text>
        These versions have no route that PyDash could read, so a small exporter goes beside them.
        It asks for a token of your own; make one like this:
      </Text>
      <CodeBlock label="the command that makes a token" code={MAKE_TOKEN} />
      <Text>Install both packages, and add these lines before the first request is served:</Text>
      <CodeBlock label="the command that installs both packages" code={INSTALL} />
      <CodeBlock label="the lines for your app" code={APP_LINES} />
      <Text>
        Then choose “Add dashboard” and give the address of your app with <code>/dashboard</code> at
        its end, and the token.
      </Text>
    </Stack>
  </Frame>
);

const Older = () => (
  <Frame title="Flask-MonitoringDashboard 1.10 to 2.0">
    <Stack>
      <Text>
        Nothing has to be installed: these versions have export routes of their own. Give PyDash the
        address and the <code>SECURITY_TOKEN</code> of your configuration. Versions 1.10 and 1.11
        measure only the endpoints that are ticked under “Rules”.
      </Text>
      <Text>
        What they answer is signed, but anyone who reaches the route can read it. Serve your app
        over HTTPS, or better, update.
      </Text>
    </Stack>
  </Frame>
);

const Meanings = () => (
  <Frame title="What each statistic means">
    <Stack>
      <Text>
        Execution times are in milliseconds and count from the start of a request to its answer.
        Days, weeks and months are those of UTC.
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

const SHORTCUT_ROWS = [
  ['/', 'Search or filter'],
  ['t', 'Choose the time range'],
  ['g o', 'Overview'],
  ['g s', 'Settings'],
  ['g h', 'Help'],
  ['?', 'All shortcuts'],
] as const;

const Shortcuts = () => (
  <Frame title="Keyboard">
    <Box sx={{ maxWidth: 360 }}>
      <DataTable
        caption="Keyboard shortcuts"
        columns={['Keys', 'What they do']}
        rows={SHORTCUT_ROWS}
        align="left"
      />
    </Box>
  </Frame>
);

/** How to connect an app, and what the figures mean. */
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
