"""Build and check the distributions: `make release`.

The wheels are installed into an empty environment, away from the source code, and must run the demo
there.
"""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
DIST = ROOT / "dist"
READY = "PyDash is ready at"


def build() -> None:
    """Build wheel and source distribution of PyDash and of the exporter."""
    shutil.rmtree(DIST, ignore_errors=True)
    for source in (ROOT / "exporter", ROOT):
        # Files of an earlier build would be packed again.
        shutil.rmtree(source / "build" / "lib", ignore_errors=True)
        command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(DIST)]
        subprocess.run([*command, str(source)], check=True, stdout=subprocess.DEVNULL)


def check_wheels() -> None:
    """Install the wheels into an empty environment and run the demo there.

    :raises RuntimeError: the demo does not start, or does not serve its pages.
    """
    with tempfile.TemporaryDirectory(prefix="pydash-release") as directory:
        environment = Path(directory) / "venv"
        venv.create(environment, with_pip=True)
        pip = [str(environment / "bin" / "pip"), "--disable-pip-version-check", "--quiet"]
        wheels = map(str, DIST.glob("*.whl"))
        requirements = str(ROOT / "requirements.txt")
        subprocess.run([*pip, "install", "--require-hashes", "-r", requirements], check=True)
        subprocess.run([*pip, "install", "--no-deps", *wheels], check=True)
        subprocess.run([*pip, "check"], check=True)
        with running_demo(environment / "bin" / "pydash", Path(directory)) as url:
            with urllib.request.urlopen(f"{url}/api/status") as response:
                if json.load(response) != {"status": "alive"}:
                    raise RuntimeError("The API is not alive.")
            with urllib.request.urlopen(f"{url}/api/exporter") as response:
                if json.load(response)["wheel"] is None:
                    raise RuntimeError("The wheel does not contain the exporter.")
            with urllib.request.urlopen(url) as response:
                if b'<script type="module"' not in response.read():
                    raise RuntimeError("The wheel does not contain the pages.")


@contextmanager
def running_demo(command: Path, directory: Path) -> Iterator[str]:
    """Run `pydash up --demo`; return its URL when it is ready."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    demo = subprocess.Popen(
        [command, "up", "--demo", "--port", str(port), "--data-dir", directory / "data"],
        cwd=directory,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert demo.stdout is not None
        if not any(line.startswith(READY) for line in demo.stdout):
            raise RuntimeError("The installed wheel does not run the demo.")
        yield f"http://127.0.0.1:{port}"
    finally:
        demo.terminate()
        demo.wait(30)


def main() -> None:
    """Build, check, and print what is left to do."""
    build()
    check_wheels()
    tag = f"v{version('pydash-io')}"
    print("Built and checked:", *sorted(path.name for path in DIST.iterdir()), sep="\n  ")
    print("To publish:", f"git tag --annotate {tag} --message {tag}", f"git push origin {tag}",
          "twine upload dist/*", sep="\n  ")  # fmt: skip


if __name__ == "__main__":
    main()
