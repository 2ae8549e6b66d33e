"""Bytes on disk behind one small interface: random names, written whole or not at all."""

import os
import secrets
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, is_zipfile

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


def names(key: str, words: Iterable[str]) -> bool:
    """Whether one of the words stands in the file, in any of the encodings in which tables are written."""
    try:
        content = read(key)
    except NotFound:
        return False
    parts = [content]
    if is_zipfile(BytesIO(content)):
        with ZipFile(BytesIO(content)) as archive:
            parts = [archive.read(name) for name in archive.namelist()]
    spelt = {word.lower().encode(code, "ignore") for word in words for code in ("utf-8", "latin-1", "utf-16-le")}
    return any(word in part.lower() for part in parts for word in spelt)


def drop(key: str) -> None:
    """For good; nothing happens when it is gone already."""
    _path(key).unlink(missing_ok=True)


def _path(key: str) -> Path:
    if len(key) != 32 or not all(c in "0123456789abcdef" for c in key):
        raise NotFound("file.not_found", "This file is no longer here.")
    return _root[0] / key[:2] / key
