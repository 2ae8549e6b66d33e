"""Keeps a set of child processes running: restarts with back-off, stops them in order."""

import logging
import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from .processes import fork_child

log = logging.getLogger(__name__)

SETTLED = 10.0  # seconds after which a process counts as healthy and its next death starts a new count
FIRST_WAIT, LONGEST_WAIT = 0.2, 30.0
PATIENCE = 4.0  # seconds between the polite and the hard signal


@dataclass
class Child:
    """A process to keep. `last` ones are stopped after all others; `once` ones may end."""

    name: str
    run: Callable[[], object]
    last: bool = False
    once: bool = False
    pid: int = 0
    started: float = 0.0
    due: float = 0.0
    wait: float = field(default=FIRST_WAIT)


class Supervisor:
    """Single-threaded, so that forking is always safe."""

    def __init__(self, told: Callable[[dict[str, int]], None] | None = None) -> None:
        """`told` hears the names and process ids whenever they change."""
        self.children: list[Child] = []
        self._told = told or (lambda running: None)
        self._stop = False
        self._signals, wakeup = os.pipe()
        for end in (self._signals, wakeup):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)

    def start(self, child: Child) -> None:
        self.children.append(child)
        self._fork(child)

    def watch(self) -> None:
        """Blocks until SIGTERM or SIGINT, then stops everything."""
        try:
            while not self._stop:
                self._reap()
                self._restart_due()
                self._sleep(self._next_due())
        finally:
            self.stop()

    def stop(self) -> None:
        for last in (False, True):
            self._stop_group([child for child in self.children if child.pid and child.last is last])

    def _ask_to_stop(self, *_: object) -> None:
        self._stop = True

    def _fork(self, child: Child) -> None:
        child.started, child.due = time.monotonic(), 0.0
        child.pid = fork_child(child.name, child.run)
        with suppress(ProcessLookupError, PermissionError):  # the child does the same; whoever is first
            os.setpgid(child.pid, child.pid)
        self._tell()

    def _tell(self) -> None:
        self._told({child.name: child.pid for child in self.children if child.pid})

    def _sleep(self, seconds: float | None) -> None:
        select.select([self._signals], [], [], seconds)
        with suppress(BlockingIOError):
            os.read(self._signals, 4096)

    def _next_due(self) -> float | None:
        waits = [child.due - time.monotonic() for child in self.children if child.due]
        return max(0.0, min(waits)) if waits else None

    def _reap(self) -> None:
        for child in self.children:
            if child.pid and (status := _ended(child.pid)) is not None:
                self._after_end(child, status)

    def _after_end(self, child: Child, status: int) -> None:
        _kill_group(child.pid, signal.SIGKILL)  # nothing that it forked may go on
        child.pid = 0
        self._tell()
        if child.once or self._stop:
            return
        now = time.monotonic()
        child.wait = FIRST_WAIT if now - child.started >= SETTLED else min(child.wait * 2, LONGEST_WAIT)
        child.due = now + child.wait
        log.warning("%s ended (%s), starting it again in %.1f s", child.name, _reason(status), child.wait)

    def _restart_due(self) -> None:
        for child in self.children:
            if child.due and child.due <= time.monotonic():
                self._fork(child)

    def _stop_group(self, children: list[Child]) -> None:
        for child in children:
            _kill(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while (alive := [child for child in children if child.pid]) and time.monotonic() < deadline:
            for child in alive:
                if _ended(child.pid) is not None:
                    _kill_group(child.pid, signal.SIGKILL)
                    child.pid = 0
            if any(child.pid for child in alive):
                self._sleep(0.1)
        for child in alive:
            log.warning("%s did not stop in %.0f s and was killed", child.name, PATIENCE)
            _kill_group(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)
            child.pid = 0
        self._tell()


def _ended(pid: int) -> int | None:
    """The wait status of a child that has ended."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return status if ended else None


def _reason(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def _kill(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _kill_group(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
