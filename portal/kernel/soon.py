"""What many ask for within a moment is done once, on a thread of its own, so that nobody waits for it."""

from collections.abc import Callable
from threading import Lock, Timer

MOMENT = 0.02  # seconds


class Soon:
    """For a process that lives on: what was asked for in its last moment is not done."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act
        self._asked = False
        self._lock = Lock()

    def ask(self) -> None:
        with self._lock:
            first, self._asked = not self._asked, True
        if first:
            timer = Timer(MOMENT, self._run)
            timer.daemon = True
            timer.start()

    def _run(self) -> None:
        self._asked = False  # before the act, so that whoever asks meanwhile is heard next time
        self._act()
