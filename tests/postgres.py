"""A private PostgreSQL for the tests: no port, no password, no trace."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.engine import make_url

SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "jit=off", "max_connections=120", "listen_addresses=")
LIBC = ctypes.CDLL(None)  # loaded here: the other user may not read our Python


class Postgres:
    """Server programs refuse root, so for root they run as another user, in a folder that user owns."""

    def __init__(self) -> None:
        self.user = _unprivileged()
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: a socket path has 107 bytes
        self._as = {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []} if self.user else {}
        self.url = f"postgresql+psycopg://portal@/postgres?host={quote(str(self.folder))}"
        try:
            self._start()
        except BaseException:
            shutil.rmtree(self.folder)
            raise

    def _start(self) -> None:
        if self.user:
            shutil.chown(self.folder, self.user)
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "portal", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = [part for option in (*SPEED, f"unix_socket_directories={self.folder}") for part in ("-c", option)]
        self._server = subprocess.Popen(
            [_program("postgres"), "-D", str(self.folder / "data"), *options],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("wb"),
            preexec_fn=_die_with_parent,
            **self._as,
        )
        self._wait()

    def stop(self) -> None:
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run([_program(name), *arguments], cwd=self.folder, capture_output=True, text=True, **self._as)
        if done.returncode:
            raise RuntimeError(f"{name} failed: {done.stderr}")

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                with create_engine(self.url, poolclass=NullPool).connect():
                    return
            except Exception:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.05)


def available() -> bool:
    return bool(os.environ.get("TEST_DATABASE_URL")) or _find("postgres") is not None


def fresh_database(url: str, name: str) -> str:
    """An empty database beside the one in `url`; its address. An old one of that name goes."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        quoted = engine.dialect.identifier_preparer.quote(name)
        connection.execute(text(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {quoted}"))
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _unprivileged() -> str | None:
    if os.getuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _find(name: str) -> str | None:
    """The server's programs are not on PATH on Debian."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return shutil.which(name) or (str(installed[-1]) if installed else None)


def _program(name: str) -> str:
    found = _find(name)
    if found is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    return found


def _die_with_parent() -> None:
    if sys.platform == "linux":
        LIBC.prctl(1, signal.SIGQUIT)
