import io
import json
import tarfile
from functools import cache

import pytest
from sqlalchemy import NullPool, create_engine, text

from portal.runtime import schema
from portal.runtime.backup import BackupError, backup, restore
from portal.runtime.settings import load_settings


@pytest.fixture
def at(tmp_path, new_database):
    """Settings of another installation; the same name gives the same one."""

    @cache
    def at(name):
        return load_settings(data_dir=tmp_path / name, database_url=new_database())

    return at


@pytest.fixture
def source(at):
    """A portal with one row and one stored file."""
    settings = at("source")
    schema.upgrade(settings.database_url)
    write(settings, "INSERT INTO setting (key, value) VALUES ('greeting', 'hello')")
    (settings.files_dir / "ab").mkdir(parents=True)
    (settings.files_dir / "ab" / "offer.pdf").write_bytes(b"%PDF-1.7 offer")
    return settings


def write(settings, statement):
    with create_engine(settings.database_url, poolclass=NullPool).begin() as connection:
        connection.execute(text(statement))


def rows(settings):
    with create_engine(settings.database_url, poolclass=NullPool).connect() as connection:
        return {key: value for key, value in connection.execute(text("SELECT key, value FROM setting"))}


def test_round_trip_holds_all_sending(source, at, tmp_path):
    made = backup(source, tmp_path / "portal.tar")
    assert (made["files"], made["revision"]) == (1, schema.head())
    target = at("target")
    restore(target, tmp_path / "portal.tar")
    found = rows(target)
    assert found.pop("hold_sending").startswith("restored from the backup of ")
    assert found == {"greeting": "hello"}
    assert (target.files_dir / "ab" / "offer.pdf").read_bytes() == b"%PDF-1.7 offer"
    assert "hold_sending" not in rows(source)


def test_backup_sees_what_only_the_log_holds(source, at, tmp_path):
    if source.database_url.startswith("sqlite"):
        write(source, "PRAGMA journal_mode = WAL")
    with create_engine(source.database_url, poolclass=NullPool).connect() as busy:
        busy.execute(text("INSERT INTO setting (key, value) VALUES ('late', 'yes')"))
        busy.commit()
        busy.execute(text("SELECT * FROM setting"))
        backup(source, tmp_path / "portal.tar")
    restore(at("target"), tmp_path / "portal.tar")
    assert rows(at("target"))["late"] == "yes"


def test_full_target_needs_force(source, tmp_path):
    backup(source, tmp_path / "portal.tar")
    write(source, "UPDATE setting SET value = 'changed'")
    (source.files_dir / "new.txt").write_text("made after the backup")
    with pytest.raises(BackupError, match="--force"):
        restore(source, tmp_path / "portal.tar")
    assert rows(source)["greeting"] == "changed"
    restore(source, tmp_path / "portal.tar", force=True)
    assert rows(source)["greeting"] == "hello"
    assert not (source.files_dir / "new.txt").exists()


def repack(source, target, change):
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            data = change(member, old.extractfile(member).read())
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))


def test_damage_is_found_before_anything_changes(source, at, tmp_path):
    backup(source, tmp_path / "portal.tar")
    repack(tmp_path / "portal.tar", tmp_path / "bad.tar", lambda m, d: d[:-1] + b"X" if m.name.endswith("pdf") else d)
    target = at("target")
    with pytest.raises(BackupError, match="files/ab/offer.pdf does not match"):
        restore(target, tmp_path / "bad.tar")
    assert schema.current(target.database_url) is None


def test_cut_off_file_is_refused(source, at, tmp_path):
    backup(source, tmp_path / "portal.tar")
    whole = (tmp_path / "portal.tar").read_bytes()
    (tmp_path / "cut.tar").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupError, match="not a complete backup"):
        restore(at("target"), tmp_path / "cut.tar")


def test_path_out_of_the_folder_is_refused(source, at, tmp_path):
    backup(source, tmp_path / "portal.tar")
    with tarfile.open(tmp_path / "portal.tar", "a") as tar:
        tar.addfile(tarfile.TarInfo("files/../../evil"))
    with pytest.raises(BackupError, match="evil"):
        restore(at("target"), tmp_path / "portal.tar")


def test_backup_of_a_newer_version_is_refused(source, at, tmp_path):
    backup(source, tmp_path / "portal.tar")

    def newer(member, data):
        return json.dumps(json.loads(data) | {"revision": "9999"}).encode() if member.name == "manifest.json" else data

    repack(tmp_path / "portal.tar", tmp_path / "newer.tar", newer)
    with pytest.raises(BackupError, match="update the portal"):
        restore(at("target"), tmp_path / "newer.tar")
