"""`portal run`: the whole portal on one machine, as processes forked from one that has loaded the application."""

import fcntl
import gc
import http.client
import json
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from . import serve, valkey
from .processes import Errand
from .settings import Settings
from .supervisor import Child, Supervisor

if TYPE_CHECKING:
    from flask import Flask


class CannotStart(Exception):
    """One sentence for the person at the terminal."""


def run(settings: Settings, first_start: Callable[["Flask"], str]) -> None:
    """Blocks until SIGTERM. `first_start` fills an empty database and says how to sign in."""
    lock = lock_data_dir(settings.data_dir)
    require_free_port(settings.host, settings.port)
    processes = settings.data_dir / "processes.json"
    supervisor = Supervisor(told=partial(_write_processes, processes))
    gc.disable()  # until the fork: collecting while modules load only costs time, and it would unshare pages later
    try:
        if settings.embedded_redis:
            _start_valkey(supervisor, settings)
        migration = Errand("migrate", lambda: _migrate(settings.database_url))
        app = _load(settings)
        migration.answer()
        sign_in = Errand("prepare", lambda: first_start(app)).answer()
        if settings.embedded_redis:
            valkey.wait_until_ready(settings.redis_socket)
        _start_all(supervisor, app, settings)
        supervisor.start(Child("welcome", lambda: welcome(settings, sign_in), once=True))
        supervisor.watch()
    finally:
        supervisor.stop()
        processes.unlink(missing_ok=True)
        lock.close()


def lock_data_dir(folder: Path) -> "Lock":
    """One portal per DATA_DIR. The lock ends with the last process that holds it, so a crash leaves none behind."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = Lock(folder / "portal.lock")
    if not lock.taken(within=2.0):
        raise CannotStart(
            f"a portal is already running on DATA_DIR {folder} (process {lock.owner()}): "
            "stop that one, or set another DATA_DIR and PORT"
        )
    return lock


class Lock:
    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def taken(self, within: float) -> bool:
        """Waits a moment: the processes of a killed supervisor need one to vanish."""
        deadline = time.monotonic() + within
        while True:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.1)
            else:
                os.truncate(self._handle, 0)
                os.pwrite(self._handle, str(os.getpid()).encode(), 0)
                return True

    def owner(self) -> str:
        return os.pread(self._handle, 20, 0).decode() or "unknown"

    def close(self) -> None:
        os.close(self._handle)


def require_free_port(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise CannotStart(f"HOST {host} is not an address of this machine: use 127.0.0.1 or 0.0.0.0") from None
    except PermissionError:
        raise CannotStart(f"PORT {port} needs root: use a port above 1023 behind a reverse proxy") from None
    except OSError as error:
        raise CannotStart(
            f"PORT {port} on {host} cannot be used ({error.strerror}): set another, for example PORT={port % 60000 + 1}"
        ) from None


def welcome(settings: Settings, sign_in: str) -> None:
    """Said when the portal answers, not before."""
    address = settings.staff_url
    while not _answers(settings):
        time.sleep(0.02)
    lines = ["", f"  The portal is ready: {address}"]
    lines += [f"  {line}" for line in sign_in.splitlines()]
    if settings.demo and not (settings.smtp and settings.sms):
        lines.append(f"  captured mail and SMS: {address}/dev/outbox")
    print("\n".join([*lines, "  Stop with Ctrl-C", ""]), flush=True)


def _answers(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    link = http.client.HTTPConnection(host, settings.port, timeout=5)
    with suppress(OSError, http.client.HTTPException):
        link.request("GET", "/healthz")
        return link.getresponse().status > 0
    return False


def _start_valkey(supervisor: Supervisor, settings: Settings) -> None:
    folder = settings.redis_socket.parent
    if folder != settings.data_dir:
        valkey.private_folder(folder)
    start = valkey.runner(settings.redis_socket, settings.data_dir)
    supervisor.start(Child("valkey", start, last=True))


def _load(settings: Settings) -> "Flask":
    """Everything that several processes need is imported here, once."""
    import jobs.schedule
    import jobs.worker  # noqa: F401

    return serve.load_app(settings)


def _migrate(url: str) -> str:
    from .schema import upgrade

    upgrade(url)
    return ""


def _start_all(supervisor: Supervisor, app: "Flask", settings: Settings) -> None:
    supervisor.start(Child("web", lambda: serve.serve_web(app, settings)))
    for queue in serve.QUEUES:
        supervisor.start(Child(f"worker-{queue}", partial(serve.serve_queue, app, settings, queue)))
    supervisor.start(Child("schedule", partial(serve.serve_schedule, app)))
    if settings.intake:
        supervisor.start(Child("intake", partial(serve.serve_mail, app, settings)))


def _write_processes(path: Path, running: dict[str, int]) -> None:
    """For the operator and `portal doctor`: which process is which."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"supervisor": os.getpid()} | running))
    fresh.replace(path)
