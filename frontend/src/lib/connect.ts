/* The code that connects an app to PyDash. */

interface Wheel {
  file: string;
  sha256: string;
}

/**
 * Returns the command that installs the exporter, and Flask-MonitoringDashboard with it, from PyDash.
 *
 * @param root The URL of PyDash, with a slash at its end.
 * @param isSecure Whether nobody on the network can change what is downloaded.
 */
export function installCommand({ file, sha256 }: Wheel, root: string, isSecure: boolean): string {
  const url = `${root}exporter/${file}`;
  if (isSecure) return `pip install "${url}#sha256=${sha256}"`;
  return [
    `curl --fail --remote-name ${url}`,
    `echo "${sha256}  ${file}" | sha256sum --check`,
    `pip install ./${file}`,
  ].join(' &&\n');
}

export const EXPORTER_LINES = `import pydash_exporter
pydash_exporter.bind(app)  # after dashboard.bind(app)`;

export const APP_LINES = `import os
import flask_monitoringdashboard as dashboard
import pydash_exporter

dashboard.config.security_token = os.environ["DASHBOARD_TOKEN"]
dashboard.bind(app)
pydash_exporter.bind(app)`;

export const GENERATE_TOKEN = 'python -c "import secrets; print(secrets.token_urlsafe(32))"';
