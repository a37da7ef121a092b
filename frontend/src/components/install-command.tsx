import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';

import { useExporter } from '@/api/dashboards/exporter';
import { CodeBlock } from '@/components/code-block';
import { QueryBoundary } from '@/components/query-boundary';
import { installCommand } from '@/lib/connect';
import { ROOT } from '@/lib/root';

/** The command that installs the exporter in an app's environment. */
export const InstallCommand = () => (
  <QueryBoundary
    query={useExporter()}
    minHeight={44}
    skeleton={<Skeleton variant="rounded" height={44} role="progressbar" aria-label="Loading" />}
  >
    {({ wheel }) =>
      wheel ? (
        <>
          <CodeBlock
            label="the install command"
            code={installCommand(wheel, window.location.origin + ROOT, window.isSecureContext)}
          />
          {!window.isSecureContext && (
            <Typography variant="body2" color="textSecondary" sx={{ mt: 1 }}>
              This page was not loaded over HTTPS. The check detects a damaged file; to detect a
              forged one, compare the hash on the machine that runs PyDash.
            </Typography>
          )}
        </>
      ) : (
        <Typography variant="body2" color="textSecondary">
          This PyDash was started without the exporter. Start it with <code>make run</code>, or
          install the folder <code>exporter</code> of its source code.
        </Typography>
      )
    }
  </QueryBoundary>
);
