"""The command on the pages installs the exporter that this PyDash serves."""

import os
import re
import subprocess
import venv
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.features.support.site_map import settle

pytestmark = pytest.mark.browser

INSECURE = "Object.defineProperty(window, 'isSecureContext', { value: false });"


def install(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in an empty environment, without what the exporter depends on."""
    environment = folder / "venv"
    if not environment.exists():
        venv.create(environment, with_pip=True)
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={"PATH": f"{environment / 'bin'}:{os.environ['PATH']}", "PIP_NO_DEPS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def shown_command(page: Page) -> str:
    page.goto("/help")
    settle(page)
    return page.locator("pre", has_text="pip install").inner_text()


def version(folder: Path) -> str:
    (found,) = folder.glob("venv/lib/python*/site-packages/pydash_exporter-*.dist-info")
    return found.name


@pytest.mark.timeout(240)
def test_the_command_installs_the_exporter(user_page: Page, tmp_path: Path) -> None:
    command = shown_command(user_page)
    assert command.startswith('pip install "http://127.0.0.1:')
    wrong = re.sub(r"sha256=\w+", "sha256=" + "0" * 64, command)
    assert "DO NOT MATCH THE HASHES" in install(wrong, tmp_path).stderr
    done = install(command, tmp_path)
    assert done.returncode == 0, done.stderr
    assert version(tmp_path).removesuffix(".dist-info") in command


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_over_plain_http_the_hash_is_checked(user_page: Page, tmp_path: Path) -> None:
    user_page.add_init_script(INSECURE)
    command = shown_command(user_page)
    assert "sha256sum --check" in command
    refused = install(command.replace('echo "', 'echo "0', 1), tmp_path)
    assert refused.returncode != 0
    assert not list(tmp_path.glob("venv/lib/python*/site-packages/pydash_exporter*"))
    done = install(command, tmp_path)
    assert done.returncode == 0, done.stderr
    assert version(tmp_path)
