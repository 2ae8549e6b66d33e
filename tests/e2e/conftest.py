"""The whole portal as a user starts it, a browser, and people who look closely at every page they visit."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from portal.runtime.settings import ROOT

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@dataclass
class Portal:
    url: str
    folder: Path
    process: subprocess.Popen[str]
    said: str = ""  # at the terminal

    def processes(self) -> dict[str, int]:
        found: dict[str, int] = json.loads((self.folder / "processes.json").read_text())
        return found

    def kill(self, name: str) -> None:
        """As an operator's accident would: no warning, no clean end."""
        killed = self.processes()[name]
        os.kill(killed, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while self.processes().get(name) in (None, killed):
            assert time.monotonic() < deadline, f"{name} did not come back"
            time.sleep(0.05)


def start_portal(folder: Path, **settings: str) -> Portal:
    """With the demo company; returns when it says that it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    inherited = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    environment = inherited | {"DATA_DIR": str(folder), "PORT": str(port), "DEMO": "1"} | settings
    command = [sys.executable, "-m", "portal", "run"]
    with (folder / "errors.log").open("w") as errors:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            return Portal(environment.get("PUBLIC_URL") or f"http://127.0.0.1:{port}", folder, process, "".join(said))
    raise AssertionError("".join(said) + (folder / "errors.log").read_text())


@contextmanager
def running_portal(**settings: str) -> Iterator[Portal]:
    folder = Path(tempfile.mkdtemp(prefix="e2e-", dir="/tmp"))  # short: a socket path has 107 bytes
    running = start_portal(folder, **settings)
    try:
        yield running
    finally:
        running.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            running.process.wait(timeout=15)
        running.process.kill()
        assert running.process.stdout is not None
        running.process.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    with running_portal() as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()
