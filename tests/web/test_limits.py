"""How often: counted for all processes, exactly or a moment later, and in this process alone while Redis is away."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis

from portal.runtime import valkey
from portal.web.limits import Counters, Limit

FIVE = Limit("test", "somebody", 5, timedelta(days=1))


@pytest.fixture(scope="module")
def server() -> Iterator[Redis]:
    folder = Path(tempfile.mkdtemp(dir="/tmp"))  # short: a socket path has 107 bytes
    process = subprocess.Popen(valkey.server_command(folder / "valkey.sock", folder))
    valkey.wait_until_ready(folder / "valkey.sock")
    yield Redis(unix_socket_path=str(folder / "valkey.sock"))
    process.terminate()
    process.wait(10)
    shutil.rmtree(folder)


@pytest.fixture
def two(server: Redis) -> tuple[Counters, Counters]:
    """Of two processes."""
    server.flushall()
    return Counters(server), Counters(server)


def test_two_processes_count_together(two: tuple[Counters, Counters]) -> None:
    assert [bool(two[n % 2].wait([FIVE])) for n in range(7)] == [False] * 5 + [True] * 2


def test_a_good_attempt_does_not_count(two: tuple[Counters, Counters]) -> None:
    for _ in range(20):
        assert not two[0].wait([FIVE])
        two[1].refund([FIVE])


def test_alone_a_process_is_exact_and_the_other_learns_of_it(two: tuple[Counters, Counters]) -> None:
    one, other = two
    assert [bool(one.wait([FIVE], alone=True)) for _ in range(6)] == [False] * 5 + [True]
    deadline = time.monotonic() + 5
    while not other.wait([FIVE], alone=True) and time.monotonic() < deadline:
        time.sleep(0.1)  # what the other counted itself is told a moment later, and what it hears then are all counts
    assert other.wait([FIVE], alone=True)
    assert other.wait([FIVE])


def test_without_redis_each_process_counts_for_itself() -> None:
    nobody = Redis(unix_socket_path="/tmp/no-such-server.sock")
    for how in (True, False):
        alone = Counters(nobody)
        assert [bool(alone.wait([FIVE], alone=how)) for _ in range(6)] == [False] * 5 + [True]


def test_each_has_a_count_of_their_own_until_the_period_ends(two: tuple[Counters, Counters]) -> None:
    for _ in range(5):
        assert not two[0].wait([FIVE])
    assert not two[0].wait([Limit("test", "else", 5, timedelta(days=1))])
    wait = two[0].wait([FIVE])
    assert wait
    assert timedelta(0) < wait <= FIVE.period
