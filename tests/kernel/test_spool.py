"""A line that was appended is read by another process, once its file is finished."""

import os
from pathlib import Path

import pytest

from portal.kernel import spool


def test_lines_of_a_moment_share_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(spool.time, "time", lambda: now[0])
    log = spool.Spool(tmp_path)
    log.append(b"one")
    log.append(b"two")
    now[0] += spool.SLOT
    log.append(b"three")
    assert log.finished() == []
    now[0] += spool.SLOT
    (first,) = log.finished()
    assert first.read_bytes() == b"one\ntwo\n"
    assert str(os.getpid()) in first.name
