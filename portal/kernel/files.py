"""Bytes on disk behind one small interface: random names, written whole or not at all."""

import os
import secrets
from pathlib import Path

from .errors import NotFound

_root: list[Path] = []


def keep_in(folder: Path) -> None:
    """Set the folder once, when the app is made."""
    folder.mkdir(parents=True, exist_ok=True)
    _root[:] = [folder]


def put(content: bytes) -> str:
    """Store and return the key. The file is on disk, complete, before this returns."""
    key = secrets.token_hex(16)
    path = _path(key)
    path.parent.mkdir(exist_ok=True)
    partial = path.with_suffix(".part")
    with partial.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    partial.rename(path)
    return key


def read(key: str) -> bytes:
    """Raises NotFound when the key is unknown."""
    try:
        return _path(key).read_bytes()
    except FileNotFoundError as error:
        raise NotFound("file.not_found", "This file is no longer here.") from error


def drop(key: str) -> None:
    """For good; nothing happens when it is gone already."""
    _path(key).unlink(missing_ok=True)


def _path(key: str) -> Path:
    if len(key) != 32 or not all(c in "0123456789abcdef" for c in key):
        raise NotFound("file.not_found", "This file is no longer here.")
    return _root[0] / key[:2] / key
