"""Lines that requests leave for a job: appended to a file of this process, without waiting for the database."""

import os
import socket
import time
from pathlib import Path
from threading import Lock

SLOT = 2.0  # seconds that share a file
HOST = socket.gethostname()  # the folder may be shared by several machines


class Spool:
    """A line outlives the end of the process, however it ends. A finished file is read by somebody else and removed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = Lock()
        self._open: tuple[int, int, int] = (0, 0, -1)  # process, slot, file descriptor

    def append(self, line: bytes) -> None:
        with self._lock:
            here = os.getpid(), int(time.time() / SLOT)
            if self._open[:2] != here:
                self._turn_over(*here)
            os.write(self._open[2], line + b"\n")

    def _turn_over(self, process: int, slot: int) -> None:
        if self._open[0] == process:  # otherwise it belongs to the process that forked this one
            os.close(self._open[2])
        name = self._folder / f"{slot}-{HOST}-{process}.lines"
        self._open = process, slot, os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def finished(self) -> list[Path]:
        """Files that nobody appends to any more, the oldest first."""
        before = int(time.time() / SLOT) - 1
        found = [path for path in self._folder.glob("*.lines") if int(path.name.partition("-")[0]) < before]
        return sorted(found)
