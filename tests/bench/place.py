"""Where a workload runs: a folder, databases of its own, and the processes it starts."""

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
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from flask import Flask

from portal.runtime import schema, valkey
from portal.runtime.settings import ROOT, Settings
from tests import postgres

SECRET = "only-for-the-bench-only-for-the-bench-only"


@dataclass
class Place:
    """`stack` ends whatever the workload starts."""

    folder: Path
    server: str | None  # the PostgreSQL server, None for SQLite
    stack: ExitStack
    _made: int = field(default=0)

    def database(self) -> str:
        """An empty database of one's own."""
        self._made += 1
        if self.server:
            return postgres.fresh_database(self.server, f"bench_{self._made}")
        return f"sqlite:///{self.folder}/bench-{self._made}.db"

    def app(self, **values: object) -> Flask:
        """The portal in this process, with a queue server, on a database with its schema and nothing in it."""
        from wsgi import make_app

        self._queue_server()
        settings = Settings(
            data_dir=self.folder, database_url=self.database(), secret_key=SECRET, demo=False,
            public_url="http://portal.test", redis_url=f"unix://{self.folder}/valkey.sock", **values,
        )  # fmt: skip
        schema.upgrade(settings.database_url)
        return make_app(settings, WTF_CSRF_ENABLED=False)

    def _queue_server(self) -> None:
        self.start(valkey.server_command(self.folder / "valkey.sock", self.folder))
        valkey.wait_until_ready(self.folder / "valkey.sock")

    def start(self, command: list[str], **environment: str) -> subprocess.Popen[str]:
        """A process that ends with the workload."""
        inherited = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        process = subprocess.Popen(
            command, cwd=ROOT, env=inherited | environment, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self.stack.callback(stop, process)
        return process

    def serve(self, settings: Settings, *arguments: str) -> subprocess.Popen[str]:
        """`python ARGUMENTS` as a web server on these settings; returns when it answers."""
        environment = {
            "DATA_DIR": str(settings.data_dir), "DATABASE_URL": settings.database_url, "PORT": str(settings.port),
            "REDIS_URL": settings.redis_url, "SECRET_KEY": SECRET, "DEMO": "0", "LOG_LEVEL": "WARNING",
            "TRUSTED_PROXIES": str(settings.trusted_proxies), "MALLOC_ARENA_MAX": "2",
        }  # fmt: skip
        process = self.start([sys.executable, *arguments], **environment)
        wait_for(f"http://127.0.0.1:{settings.port}/healthz", process)
        return process


@contextmanager
def open_place(database: str) -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))  # short: a socket path has 107 bytes
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        server = None
        if database == "postgresql":
            server = os.environ.get("TEST_DATABASE_URL") or _private(stack)
        yield Place(folder, server, stack)


def _private(stack: ExitStack) -> str:
    cluster = postgres.Postgres()
    stack.callback(cluster.stop)
    return cluster.url


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str, process: subprocess.Popen[str], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(url, timeout=5):
                return
        except HTTPError:
            return  # an answer, if not a kind one
        except OSError:
            time.sleep(0.01)
    raise RuntimeError(f"{url} does not answer")


def stop(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def family(pid: int) -> list[int]:
    """The process and everything below it."""
    found = [pid]
    for parent in found:
        with suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def memory_of(pids: list[int]) -> int:
    """Bytes, with shared pages counted once (PSS)."""
    return sum(_kilobytes(pid, "smaps_rollup", "Pss:") for pid in pids) * 1024


def peak_of(pids: list[int]) -> int:
    """Bytes each process had at its worst, shared pages counted in each."""
    return sum(_kilobytes(pid, "status", "VmHWM:") for pid in pids) * 1024


def _kilobytes(pid: int, file: str, name: str) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1])
    return 0


def processes(folder: Path) -> dict[str, int]:
    """What `portal run` says it started."""
    found: dict[str, int] = json.loads((folder / "processes.json").read_text())
    return found
