"""Apps that a user might add: `python apps_to_watch.py DIRECTORY [exporter]` serves one of them."""

import subprocess
import sys
from pathlib import Path

TOKEN = "a token that nobody guesses"


class WatchedApp:
    """A real app with Flask-MonitoringDashboard, in a process of its own.

    :param exporter: whether it can be read.
    """

    token = TOKEN

    def __init__(self, directory: Path, *, exporter: bool = True) -> None:
        command = [sys.executable, __file__, str(directory), *(["exporter"] if exporter else [])]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=directory)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


def serve(directory: Path, *, exporter: bool) -> None:
    import flask_monitoringdashboard as dashboard
    from flask import Flask
    from waitress.server import create_server

    app = Flask(__name__)
    app.secret_key = TOKEN
    app.add_url_rule("/", "home", lambda: "home")
    dashboard.config.database_name = f"sqlite:///{directory / 'monitoring.sqlite'}"
    dashboard.config.security_token = TOKEN
    dashboard.bind(app, schedule=False)
    if exporter:
        import pydash_exporter

        pydash_exporter.bind(app)
    server = create_server(app, host="127.0.0.1", port=0)
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), exporter="exporter" in sys.argv)
