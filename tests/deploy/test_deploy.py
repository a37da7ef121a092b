"""The examples in `deploy/` are valid, and do what they say where no container is necessary."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from pydash_app.configuration import Configuration, variable
from tests.pydash_cli.test_up import free_port
from tests.pydash_web.support.running_site import Site
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
# What the examples themselves ask for.
OWN_VARIABLES = {"PYDASH_DOMAIN", "PYDASH_UPSTREAM"}


def found(program: str) -> str:
    path = shutil.which(program, path=f"{os.environ['PATH']}:{Path(sys.executable).parent}")
    assert path, f"This test needs {program}: make deploy-tools"
    return path


def rendered_chart() -> list[dict[str, Any]]:
    """Return the objects of the chart, which uses no functions of its template language."""
    values = yaml.safe_load((DEPLOY / "helm" / "values.yaml").read_text())
    known = {"Release.Name": "pydash", **{f"Values.{key}": text for key, text in values.items()}}
    template = (DEPLOY / "helm" / "templates" / "pydash.yaml").read_text()
    text = re.sub(r"\{\{ \.(\S+) \}\}", lambda match: str(known[match[1]]), template)
    assert "{{" not in text
    return list(yaml.safe_load_all(text))


def test_every_variable_is_a_setting() -> None:
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    named = {name for path in files for name in re.findall(r"PYDASH_[A-Z_]+", path.read_text())}
    settings = {variable(name) for name in Configuration.model_fields}
    assert named - settings == OWN_VARIABLES


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    assert len(UNITS) == 4
    for unit in UNITS:
        # The program has to exist.
        text = unit.read_text().replace("/opt/pydash/bin/pydash", found("pydash"))
        (tmp_path / unit.name).write_text(text)
    verified = subprocess.run(
        [found("systemd-analyze"), "verify", "--man=no", *tmp_path.iterdir()],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in verified.stderr.splitlines() if str(tmp_path) in line]
    assert (complaints, verified.returncode) == ([], 0), verified.stderr


def test_the_dockerfile_has_no_known_mistakes() -> None:
    # Separate steps are information only: each is cached.
    command = [found("hadolint"), "--failure-threshold", "warning", str(DEPLOY / "Dockerfile")]
    linted = subprocess.run(command, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout


def test_compose_refers_to_what_it_defines() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yml").read_text())
    pydash, caddy = compose["services"]["pydash"], compose["services"]["caddy"]
    assert (DEPLOY / pydash["build"]["context"] / pydash["build"]["dockerfile"]).exists()
    for volume in pydash["volumes"] + caddy["volumes"]:
        source = volume.partition(":")[0]
        assert source in compose["volumes"] or (DEPLOY / source).exists()
    [network] = compose["networks"]["default"]["ipam"]["config"]
    assert network["subnet"] == pydash["environment"]["PYDASH_TRUSTED_PROXIES"]


def test_the_chart_describes_one_pod_and_its_service() -> None:
    service, pods = rendered_chart()
    assert (service["kind"], pods["kind"]) == ("Service", "StatefulSet")
    labels = pods["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"] == labels == pods["spec"]["selector"]["matchLabels"]
    [container] = pods["spec"]["template"]["spec"]["containers"]
    [port] = container["ports"]
    assert service["spec"]["ports"][0]["targetPort"] == port["name"]
    volumes = {each["name"] for each in pods["spec"]["template"]["spec"]["volumes"]} | {
        each["metadata"]["name"] for each in pods["spec"]["volumeClaimTemplates"]
    }
    assert {each["name"] for each in container["volumeMounts"]} == volumes


@pytest.fixture
def behind_caddy(zeo_database: Configuration, tmp_path: Path) -> Iterator[str]:
    """The URL of Caddy in front of a site."""
    url = f"http://localhost:{free_port()}"
    changes = {"port": 0, "public_url": url, "trusted_proxies": (ip_network("127.0.0.1/32"),)}
    site = Site(zeo_database.model_copy(update=changes))
    environment = {
        **os.environ,
        "PYDASH_DOMAIN": url,
        "PYDASH_UPSTREAM": site.url.removeprefix("http://"),
        "HOME": str(tmp_path),
    }
    (tmp_path / "Caddyfile").write_text(
        "{\n admin off\n}\n" + (DEPLOY / "Caddyfile").read_text(), encoding="utf-8"
    )
    command = [found("caddy"), "run", "--config", "Caddyfile", "--adapter", "caddyfile"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL
    ) as caddy:
        try:
            yield url
        finally:
            caddy.terminate()
            caddy.wait(30)
            site.stop()


def test_caddy_forwards_to_pydash(behind_caddy: str) -> None:
    def responds() -> bool:
        try:
            return requests.get(f"{behind_caddy}/api/status", timeout=10).ok
        except requests.ConnectionError:
            return False

    wait_for(responds)
    # Read only by clients on this machine, and not through a proxy: so it says who asks.
    assert requests.get(f"{behind_caddy}/metrics", timeout=10).status_code == 403


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_steps_of_the_image_make_a_pydash_that_runs(tmp_path: Path) -> None:
    """All but those that need a container or Node.js, in an empty environment."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    stages = re.split(r"^FROM .*$", text, flags=re.MULTILINE)[1:]
    source, installed = tmp_path / "source", tmp_path / "pydash"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name)
    shutil.copytree(ROOT / "pydash_web" / "static", source / "pydash_web" / "static")
    for step in re.findall(r"^RUN (.*)$", stages[1], re.MULTILINE):
        command = step.replace("/opt/pydash", str(installed)).replace("python ", "python3 ")
        subprocess.run(shlex.split(command), cwd=source, check=True)
    shutil.rmtree(source)
    [health] = re.findall(r"^HEALTHCHECK .*CMD (\[.*\])$", stages[2], re.MULTILINE)
    port = free_port()
    environment = {
        "PATH": f"{installed}/bin:{os.environ['PATH']}",
        "PYDASH_DATA_DIR": str(tmp_path / "data"),
        "PYDASH_PORT": str(port),
    }
    check = [part.replace("5000", str(port)) for part in yaml.safe_load(health)]
    with subprocess.Popen(["pydash", "up"], cwd=tmp_path, env=environment) as up:
        try:
            deadline = time.monotonic() + 120
            while subprocess.run(
                check, env=environment, capture_output=True, check=False
            ).returncode:
                assert time.monotonic() < deadline
                time.sleep(0.5)
            page = requests.get(f"http://127.0.0.1:{port}/", timeout=10).text
            assert '<script type="module"' in page
        finally:
            up.terminate()
            assert up.wait(60) == 0
