/* The code that connects an app to PyDash. */

export const INSTALL = 'pip install flask-monitoringdashboard pydash-exporter';

export const EXPORTER_LINES = `import pydash_exporter
pydash_exporter.bind(app)  # after dashboard.bind(app)`;

export const APP_LINES = `import os
import flask_monitoringdashboard as dashboard
import pydash_exporter

dashboard.config.security_token = os.environ["DASHBOARD_TOKEN"]
dashboard.bind(app)
pydash_exporter.bind(app)`;

export const GENERATE_TOKEN = 'python -c "import secrets; print(secrets.token_urlsafe(32))"';
