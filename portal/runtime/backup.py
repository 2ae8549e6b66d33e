"""One file that holds the database and the stored files, and the way back from it."""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, column, create_engine, inspect, table
from sqlalchemy.engine import URL, make_url

from . import schema
from .settings import Settings
from .system import lock_data_dir

MANIFEST, FORMAT = "manifest.json", 1
DUMPS = {"sqlite": "database.sqlite", "postgresql": "database.dump"}


class BackupError(Exception):
    """One sentence for the operator."""


def backup(settings: Settings, target: Path) -> dict[str, Any]:
    """Consistent while people work. The file appears under its name only when it is complete and on disk."""
    url = make_url(settings.database_url)
    kind, target = url.get_backend_name(), target.absolute()
    if not os.access(target.parent, os.W_OK):
        raise BackupError(f"{target.parent} does not exist or may not be written to")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dump, packed = Path(folder) / DUMPS[kind], Path(folder) / "backup.tar"
        _dump(url, dump)
        sums: dict[str, str] = {}
        manifest = {
            "format": FORMAT,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "database": kind,
            "revision": schema.current(f"sqlite:///{dump}" if kind == "sqlite" else settings.database_url),
            "sha256": sums,
        }
        with packed.open("wb") as out:
            with tarfile.open(fileobj=out, mode="w") as tar:
                for name, path in _contents(dump, settings.files_dir):
                    sums[name] = _pack(tar, name, path)
                _pack_bytes(tar, MANIFEST, json.dumps(manifest, indent=1).encode())
            out.flush()
            os.fsync(out.fileno())
        packed.replace(target)
        _sync_folder(target.parent)
    return {"file": str(target), "bytes": target.stat().st_size, "files": len(sums) - 1} | manifest | {"sha256": None}


def restore(settings: Settings, source: Path, *, force: bool = False) -> dict[str, Any]:
    """Put a backup back and hold all sending until a person releases it. Nothing changes when the file is damaged."""
    url = make_url(settings.database_url)
    lock = lock_data_dir(settings.data_dir)
    with closing(lock), tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".restore-") as unpacked:
        folder = Path(unpacked)
        manifest = _unpack(source, folder)
        _require_fitting(manifest, url)
        if not force and (full := _occupied(url, settings.files_dir)):
            raise BackupError(f"{full} is not empty: use --force to replace what is there")
        _load(url, folder / DUMPS[url.get_backend_name()])
        _replace_folder(folder / "files", settings.files_dir)
    schema.upgrade(settings.database_url)
    _hold_sending(settings.database_url, manifest["made_at"])
    return {"made_at": manifest["made_at"], "files": len(manifest["sha256"]) - 1, "sending": "held"}


def _contents(dump: Path, files: Path) -> Iterator[tuple[str, Path]]:
    yield dump.name, dump
    for path in sorted(files.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield f"files/{path.relative_to(files)}", path


def _pack(tar: tarfile.TarFile, name: str, path: Path) -> str:
    info = tar.gettarinfo(str(path), name)
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    with path.open("rb") as file:
        reader = _Hashing(file)
        tar.addfile(info, reader)
    return reader.sha256.hexdigest()


class _Hashing:
    """A reader that knows the checksum of what went through it."""

    def __init__(self, file: Any) -> None:
        self._file, self.sha256 = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._file.read(size)
        self.sha256.update(data)
        return data


def _pack_bytes(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    tar.addfile(info, io.BytesIO(data))


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(source) as tar:
            for member in tar:
                if not member.isfile() or member.name.startswith("/") or ".." in Path(member.name).parts:
                    raise BackupError(f"{source} holds {member.name!r}, which no backup of ours does")
                path = folder / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                content = tar.extractfile(member)
                assert content is not None
                with path.open("xb") as out:
                    shutil.copyfileobj(content, out)
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (OSError, tarfile.TarError, ValueError) as error:
        raise BackupError(f"{source} is not a complete backup: {error}") from error
    _verify(folder, manifest, source)
    return manifest


def _verify(folder: Path, manifest: dict[str, Any], source: Path) -> None:
    if manifest.get("format") != FORMAT:
        raise BackupError(f"{source} has format {manifest.get('format')}, this program reads {FORMAT}")
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    found.pop(MANIFEST)
    sums = manifest["sha256"]
    damaged = sorted(name for name in sums if name not in found or _sha256(found[name]) != sums[name])
    if damaged or found.keys() - sums.keys():
        names = ", ".join(damaged or sorted(found.keys() - sums.keys()))
        raise BackupError(f"{source} is damaged: {names} does not match its checksum")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _require_fitting(manifest: dict[str, Any], url: URL) -> None:
    kind, revision = manifest["database"], manifest["revision"]
    if kind != url.get_backend_name():
        raise BackupError(f"this is a backup of a {kind} database, and DATABASE_URL names {url.get_backend_name()}")
    if revision and not schema.knows(revision):
        raise BackupError(f"the backup has schema {revision}, unknown to this version: update the portal first")


def _occupied(url: URL, files: Path) -> str | None:
    if url.get_backend_name() == "postgresql" or Path(url.database or "").exists():
        with _engine(url) as engine:
            if inspect(engine).get_table_names():
                return f"the database {url.render_as_string(hide_password=True)}"
    return f"the folder {files}" if files.exists() and any(files.iterdir()) else None


def _dump(url: URL, target: Path) -> None:
    if url.get_backend_name() == "postgresql":
        return _postgres(url, "pg_dump", "--format=custom", "--no-owner", f"--file={target}")
    origin = f"{_database_file(url).as_uri()}?mode=ro"
    with closing(sqlite3.connect(origin, uri=True)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def _load(url: URL, dump: Path) -> None:
    if url.get_backend_name() == "postgresql":
        options = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
        return _postgres(url, "pg_restore", *options, f"--dbname={_libpq(url)}", str(dump))
    target = _database_file(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    for suffix in ("-wal", "-shm"):  # they belong to the database that goes
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    with dump.open("rb") as file:
        os.fsync(file.fileno())
    shutil.move(dump, target)
    _sync_folder(target.parent)


def _database_file(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise BackupError("the database is in memory: there is nothing to keep")
    return Path(url.database).absolute()


def _replace_folder(fresh: Path, place: Path) -> None:
    fresh.mkdir(exist_ok=True)
    if place.exists():
        shutil.rmtree(place)
    shutil.move(fresh, place)
    _sync_folder(place.parent)


def _hold_sending(url: str, made_at: str) -> None:
    setting = table("setting", column("key"), column("value"))
    value = f"restored from the backup of {made_at}"
    with _engine(make_url(url)) as engine, engine.begin() as connection:
        connection.execute(setting.delete().where(setting.c.key == "hold_sending"))
        connection.execute(setting.insert().values(key="hold_sending", value=value))


@contextmanager
def _engine(url: URL) -> Iterator[Any]:
    engine = create_engine(url, poolclass=NullPool)
    try:
        yield engine
    finally:
        engine.dispose()


def _postgres(url: URL, program: str, *arguments: str) -> None:
    if program == "pg_dump":
        arguments = (*arguments, f"--dbname={_libpq(url)}")
    environment = dict(os.environ) | ({"PGPASSWORD": str(url.password)} if url.password else {})
    command = [postgres_program(program), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()}")


def _libpq(url: URL) -> str:
    """Without the password: other users of the machine can read command lines."""
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return bare.render_as_string()


def postgres_program(name: str) -> str:
    """From PATH, else the newest that Debian has installed beside it."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = shutil.which(name) or (str(installed[-1]) if installed else None)
    if not found:
        raise BackupError(f"{name} is not installed: apt-get install postgresql-client")
    return found


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
