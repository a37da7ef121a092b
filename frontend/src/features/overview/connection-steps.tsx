import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import CircularProgress from '@mui/material/CircularProgress';
import Typography from '@mui/material/Typography';

import type { useProbeDashboard } from '@/api/dashboards/add';
import type { Probe, ProbeStep } from '@/api/types';
import { CodeBlock } from '@/components/code-block';
import { Icon } from '@/components/icon';
import { InstallCommand } from '@/components/install-command';
import { EXPORTER_LINES } from '@/lib/connect';

const STEP_NAMES: Readonly<Record<ProbeStep['step'], string>> = {
  reachable: 'Address reachable',
  dashboard: 'Flask-MonitoringDashboard found',
  exporter: 'Measurements readable',
  token: 'Token valid',
};

const STEPS = Object.keys(STEP_NAMES) as ProbeStep['step'][];

function StepIcon({ ok }: { ok: boolean | null | undefined }) {
  if (ok === undefined) return <CircularProgress size={16} aria-label="Testing" />;
  if (ok === null) return <Icon name="dot" color="text.secondary" />;
  return ok ? <Icon name="check" color="success.main" /> : <Icon name="close" color="error.main" />;
}

const resultText = (ok: boolean | null) => (ok === null ? 'not tested' : ok ? 'passed' : 'failed');

/** A step; without a result, it is in progress. */
const Step = ({ name, result }: { name: ProbeStep['step']; result: ProbeStep | undefined }) => (
  <Box component="li" sx={{ display: 'flex', gap: 1.5, py: 0.75 }}>
    <Box sx={{ width: 18, pt: '2px' }}>
      <StepIcon ok={result?.ok} />
    </Box>
    <Box sx={{ minWidth: 0, overflowWrap: 'anywhere' }}>
      {STEP_NAMES[name]}
      {result && (
        <Box component="span" sx={{ position: 'absolute', clipPath: 'inset(50%)' }}>
          : {resultText(result.ok)}
        </Box>
      )}
      {result?.message && (
        <Typography variant="body2" color="textSecondary">
          {result.message}
        </Typography>
      )}
    </Box>
  </Box>
);

const ExporterHelp = () => (
  <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 1 }}>
    <Typography variant="body2" color="textSecondary">
      Install the exporter next to Flask-MonitoringDashboard, add these lines, and restart your app:
    </Typography>
    <InstallCommand />
    <CodeBlock label="the code for your app" code={EXPORTER_LINES} />
  </Box>
);

const lacksExporter = ({ steps }: Probe) =>
  steps.some(({ step, ok }) => step === 'exporter' && ok === false);

/** The steps of a connection test. */
export function ConnectionSteps({ probe }: { probe: ReturnType<typeof useProbeDashboard> }) {
  if (probe.isIdle || probe.isError) return null;
  const found = probe.data;
  return (
    <Box role="status">
      <Box component="ul" aria-label="Connection test" sx={{ m: 0, p: 0, listStyle: 'none' }}>
        {STEPS.map((name) => (
          <Step key={name} name={name} result={found?.steps.find(({ step }) => step === name)} />
        ))}
      </Box>
      {found && lacksExporter(found) && <ExporterHelp />}
      {found?.default_token && (
        <Alert severity="warning">
          This dashboard still uses the default token, which is public. Set your own{' '}
          <code>security_token</code> as soon as possible.
        </Alert>
      )}
    </Box>
  );
}
