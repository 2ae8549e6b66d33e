"""Child processes that never outlive their parent."""

import ctypes
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing import current_process
from typing import NoReturn

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15

log = logging.getLogger(__name__)


class ChildFailed(Exception):
    """Its log already says why."""


def die_with_parent(parent: int) -> None:
    """Linux only: the kernel kills this process when `parent` ends, however it ends."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


def fork_child(name: str, run: Callable[[], object]) -> int:
    """Run `run` in a forked process of its own group and return its id. Whatever that process forks dies with it."""
    sys.stdout.flush()
    sys.stderr.flush()
    gc.freeze()  # keep the shared pages shared: no collector marks in objects that every process has
    parent = os.getpid()
    if pid := os.fork():
        return pid
    _child(name, run, parent)


def _child(name: str, run: Callable[[], object], parent: int) -> NoReturn:
    code = 1
    try:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        die_with_parent(parent)
        gc.enable()
        os.register_at_fork(before=_remember, after_in_child=_follow)
        current_process().name = name
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode()[:15])
        run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        log.exception("%s failed", name)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


_forking_from = 0


def _remember() -> None:
    global _forking_from
    _forking_from = os.getpid()


def _follow() -> None:
    """The kernel forgets the wish at each fork, so grandchildren (request and job processes) make it again."""
    die_with_parent(_forking_from)


class Errand:
    """Work in a child whose memory, threads and connections end with it, while we go on."""

    def __init__(self, name: str, run: Callable[[], str]) -> None:
        read_end, write_end = os.pipe()

        def tell() -> None:
            os.close(read_end)
            with os.fdopen(write_end, "w") as pipe:
                pipe.write(run())

        self._name = name
        self._pid = fork_child(name, tell)
        os.close(write_end)
        self._pipe = os.fdopen(read_end)

    def answer(self) -> str:
        """Waits. ChildFailed when it ended badly."""
        with self._pipe as pipe:
            answer = pipe.read()
        _, status = os.waitpid(self._pid, 0)
        if status:
            raise ChildFailed(f"{self._name} failed: see the message above")
        return answer
