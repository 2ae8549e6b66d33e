"""The whole portal, started as a user starts it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import pytest

from portal.runtime.settings import ROOT


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def place(tmp_path_factory, new_database):
    return {
        **{name: value for name, value in os.environ.items() if not name.endswith("_URL")},
        "DATA_DIR": str(tmp_path_factory.mktemp("portal")),
        "PORT": str(free_port()),
        "DEMO": "0",
        "DATABASE_URL": new_database(),
    }


def portal(place, *arguments):
    command = [sys.executable, "-m", "portal", *arguments]
    return subprocess.run(command, cwd=ROOT, env=place, capture_output=True, text=True, timeout=60)


@pytest.fixture(scope="module")
def running(place):
    command = [sys.executable, "-m", "portal", "run"]
    process = subprocess.Popen(command, cwd=ROOT, env=place, stdout=subprocess.PIPE, text=True)
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            break
    yield process, "".join(said)
    process.terminate()
    started = time.monotonic()
    assert process.wait(timeout=10) == 0
    assert time.monotonic() - started < 6
    with pytest.raises(OSError):  # noqa: PT011 - refused or reset: both mean that nobody listens
        answer(place)
    process.stdout.close()


def answer(place):
    with urlopen(f"http://127.0.0.1:{place['PORT']}/healthz", timeout=10) as response:
        return response.status


def processes(place):
    with open(f"{place['DATA_DIR']}/processes.json") as file:
        return json.load(file)


def test_says_where_it_is_when_it_answers(place, running):
    _, said = running
    assert f"http://127.0.0.1:{place['PORT']}" in said
    assert "Sign in as admin@portal.example with the one-time password " in said
    assert "/dev/outbox" not in said  # only the demo captures
    assert answer(place) == 200


def test_one_process_for_each_task(place, running):
    names = {"supervisor", "valkey", "web", "worker-default", "worker-mail", "worker-pdf", "schedule"}
    assert set(processes(place)) - {"welcome"} == names


def test_second_start_is_refused(place, running):
    second = portal(place | {"PORT": str(free_port())}, "run")
    assert second.returncode == 1
    assert "already running" in second.stderr
    assert answer(place) == 200


def test_used_port_is_named(place, running, tmp_path):
    second = portal(place | {"DATA_DIR": str(tmp_path)}, "run")
    assert second.returncode == 1
    assert f"PORT {place['PORT']}" in second.stderr


@pytest.mark.parametrize("name", ["valkey", "worker-mail", "schedule", "web"])
def test_killed_process_comes_back(place, running, name):
    killed = processes(place)[name]
    os.kill(killed, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while processes(place).get(name) in (None, killed):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    while True:
        try:
            assert answer(place) == 200
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_doctor_finds_it_sound(place, running):
    found = portal(place, "doctor", "--json")
    report = json.loads(found.stdout)
    assert report["healthy"], report
    assert found.returncode == 0
    by_name = {check["name"]: check["verdict"] for check in report["checks"]}
    assert by_name["queue_server"] == by_name["schema"] == by_name["database"] == "ok"
