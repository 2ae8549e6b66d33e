"""Real processes: a small program under the supervisor, watched from outside."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

PROGRAM = """
    import json, os, signal, sys, time
    from pathlib import Path
    from portal.runtime.supervisor import Child, Supervisor
    folder = Path(sys.argv[1])

    def told(running):
        (folder / "new").write_text(json.dumps(running))
        (folder / "new").rename(folder / "running")

    def good():
        signal.signal(signal.SIGTERM, lambda *_: (note("good stopped"), sys.exit(0)))
        time.sleep(60)

    def with_grandchild():
        if os.fork() == 0:
            (folder / "grandchild").write_text(str(os.getpid()))
            time.sleep(60)
        time.sleep(60)

    def stubborn():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (folder / "stubborn").touch()
        time.sleep(60)

    def last():
        signal.signal(signal.SIGTERM, lambda *_: (note("last stopped"), sys.exit(0)))
        time.sleep(60)

    def note(line):
        with (folder / "notes").open("a") as file:
            file.write(line + "\\n")

    supervisor = Supervisor(told)
    supervisor.start(Child("last", last, last=True))
    for name in sys.argv[2:]:
        supervisor.start(Child(name, globals()[name], once=name == "once"))
    supervisor.watch()
    note("supervisor stopped")
"""


class Run:
    def __init__(self, folder, *names):
        self.folder = folder
        program = folder / "program.py"
        program.write_text(textwrap.dedent(PROGRAM))
        environment = os.environ | {"PYTHONPATH": os.getcwd()}
        self.process = subprocess.Popen([sys.executable, program, folder, *names], env=environment)
        self.wait_for(lambda: set(self.pids()) == {"last", *names})

    def pids(self):
        path = self.folder / "running"
        return json.loads(path.read_text()) if path.exists() else {}

    def wait_for(self, condition, seconds=10):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.02)

    def notes(self):
        path = self.folder / "notes"
        return path.read_text().split("\n")[:-1] if path.exists() else []


@pytest.fixture
def start(tmp_path):
    runs = []

    def start(*names):
        runs.append(Run(tmp_path, *names))
        time.sleep(0.3)  # the children set their signal handlers
        return runs[-1]

    yield start
    for run in runs:
        run.process.kill()
        run.process.wait()


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_killed_child_is_started_again(start):
    run = start("good")
    killed = run.pids()["good"]
    os.kill(killed, signal.SIGKILL)
    run.wait_for(lambda: run.pids().get("good") not in (None, killed))
    assert run.process.poll() is None


def test_sigterm_stops_in_order(start):
    run = start("good")
    children = run.pids().values()
    run.process.terminate()
    assert run.process.wait(timeout=5) == 0
    assert run.notes() == ["good stopped", "last stopped", "supervisor stopped"]
    assert not any(map(alive, children))


def test_child_that_ignores_sigterm_is_killed(start):
    run = start("stubborn")
    run.wait_for((run.folder / "stubborn").exists)
    started = time.monotonic()
    run.process.terminate()
    run.process.wait(timeout=8)
    assert time.monotonic() - started < 6
    assert run.notes() == ["last stopped", "supervisor stopped"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process die with its parent")
def test_nothing_outlives_a_killed_supervisor(start):
    run = start("good", "with_grandchild")
    run.wait_for((run.folder / "grandchild").exists)
    family = [*run.pids().values(), int((run.folder / "grandchild").read_text())]
    assert all(map(alive, family))
    run.process.kill()
    run.wait_for(lambda: not any(map(alive, family)), seconds=4)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process die with its parent")
def test_grandchild_dies_with_a_killed_child(start):
    run = start("with_grandchild")
    run.wait_for((run.folder / "grandchild").exists)
    grandchild = int((run.folder / "grandchild").read_text())
    os.kill(run.pids()["with_grandchild"], signal.SIGKILL)
    run.wait_for(lambda: not alive(grandchild), seconds=4)
