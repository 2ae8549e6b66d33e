"""Is this installation healthy? Checks as data: what was looked at, what was found, how to mend it."""

import platform
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum, auto
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, NullPool, create_engine, inspect, select, table, text
from sqlalchemy.engine import make_url

from .settings import Settings

LOW_DISK, LOWEST_DISK = 2 * 10**9, 2 * 10**8
LARGE_WAL = 64 * 10**6
SILENT_AFTER = timedelta(minutes=2)
LATE_AFTER = timedelta(minutes=5)
CLOCK_SLACK = timedelta(seconds=5)
PANGO = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


class Verdict(StrEnum):
    OK = auto()
    WARN = auto()
    BAD = auto()


@dataclass(frozen=True)
class Check:
    name: str
    verdict: Verdict
    detail: str
    fix: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def ok(name: str, detail: str) -> Check:
    return Check(name, Verdict.OK, detail)


def warn(name: str, detail: str, fix: str) -> Check:
    return Check(name, Verdict.WARN, detail, fix)


def bad(name: str, detail: str, fix: str) -> Check:
    return Check(name, Verdict.BAD, detail, fix)


def examine(settings: Settings) -> list[Check]:
    """Every check once; one that breaks is itself a finding."""
    found: list[Check] = []
    always = (python, secret_key, public_url, disk, pdf, queue_server, mail_server)
    for examine_one in (*always, *_database_checks(settings)):
        try:
            found.append(examine_one(settings))
        except Exception as error:
            found.append(bad(examine_one.__name__, f"{type(error).__name__}: {error}", "see the message"))
    return found


def python(settings: Settings) -> Check:
    version = platform.python_version()
    good = tuple(map(int, platform.python_version_tuple()[:2])) >= (3, 11)
    return ok("python", version) if good else bad("python", version, "install Python 3.11 or newer")


def secret_key(settings: Settings) -> Check:
    if not settings.given_secret_key and not settings.database_url.startswith("sqlite"):
        return warn("secret_key", "kept in DATA_DIR/secret.key", "set the same SECRET_KEY on every machine")
    if len(set(settings.secret_key)) < 12:
        return bad("secret_key", "easy to guess", "SECRET_KEY=$(openssl rand -base64 48)")
    return ok("secret_key", "set" if settings.given_secret_key else "kept in DATA_DIR/secret.key")


def public_url(settings: Settings) -> Check:
    parts = urlsplit(settings.public_url)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not settings.demo and local:
        return warn("public_url", settings.public_url, "set PUBLIC_URL: links in mails lead to this machine only")
    if parts.scheme != "https" and not local:
        return warn("public_url", settings.public_url, "serve the portal through https and say so in PUBLIC_URL")
    return ok("public_url", settings.public_url)


def disk(settings: Settings) -> Check:
    place = next(path for path in (settings.data_dir, *settings.data_dir.parents) if path.exists())
    free = shutil.disk_usage(place).free
    detail = f"{free / 10**9:.1f} GB free at {place}"
    if free < LOWEST_DISK:
        return bad("disk", detail, "make room: writing will fail soon")
    return warn("disk", detail, "make room") if free < LOW_DISK else ok("disk", detail)


def pdf(settings: Settings) -> Check:
    try:
        weasyprint = import_module("weasyprint")
    except OSError as error:
        return warn("pdf", f"documents stay pending: {error}".splitlines()[0], PANGO)
    return ok("pdf", f"WeasyPrint {weasyprint.__version__}")


def queue_server(settings: Settings) -> Check:
    from redis import Redis
    from redis.exceptions import RedisError

    start = "start it with ./go run" if settings.embedded_redis else "check REDIS_URL and that server"
    try:
        with closing(Redis.from_url(settings.redis_url, socket_timeout=3, socket_connect_timeout=3)) as server:
            info: Any = server.info("server")
            policy: Any = server.config_get("maxmemory-policy")
    except RedisError as error:
        return bad("queue_server", f"not reachable: {error}", start)
    if policy.get("maxmemory-policy", "noeviction") != "noeviction":
        return bad("queue_server", f"maxmemory-policy {policy['maxmemory-policy']}", "set maxmemory-policy noeviction")
    return ok("queue_server", f"answers, version {info.get('valkey_version') or info.get('redis_version')}")


def mail_server(settings: Settings) -> Check:
    import smtplib

    server = settings.smtp
    if server is None:
        return warn(
            "mail_server", "SMTP_URL is not set: mail goes where System, Mail server says", "set SMTP_URL, or enter it"
        )
    link = smtplib.SMTP_SSL if server.security == "tls" else smtplib.SMTP
    try:
        with link(server.host, server.port, timeout=5) as session:
            code, _ = session.noop()
    except (OSError, smtplib.SMTPException) as error:
        return bad("mail_server", f"{server.host}:{server.port} {error}", "check SMTP_URL and the way to that server")
    return ok("mail_server", f"{server.host}:{server.port} answers {code}")


def _database_checks(settings: Settings) -> Iterator[Callable[[Settings], Check]]:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        yield lambda _: warn("database", f"{url.database} does not exist yet", "./go run makes it")
        return
    yield from (database, schema_revision, database_clock, heartbeats, outbox, uncertain, wal)


def database(settings: Settings) -> Check:
    with _connected(settings) as connection:
        if connection.dialect.name == "sqlite":
            version = str(connection.scalar(text("SELECT sqlite_version()")))
            good, wanted = tuple(map(int, version.split("."))) >= (3, 38), "SQLite 3.38"
        else:
            number = int(str(connection.scalar(text("SHOW server_version_num"))))
            version, good, wanted = str(number // 10000), number >= 150000, "PostgreSQL 15"
    detail = f"{connection.dialect.name} {version}"
    return ok("database", detail) if good else bad("database", detail, f"use {wanted} or newer")


def schema_revision(settings: Settings) -> Check:
    from . import schema

    found, wanted = schema.current(settings.database_url), schema.head()
    if found == wanted:
        return ok("schema", f"at {found}")
    if found and not schema.knows(found):
        return bad("schema", f"{found} is newer than this program ({wanted})", "update the program")
    return bad("schema", f"at {found or 'nothing'}, the program expects {wanted}", "./go migrate")


def database_clock(settings: Settings) -> Check:
    with _connected(settings) as connection:
        if connection.dialect.name == "sqlite":
            return ok("database_clock", "the same as ours")
        theirs = connection.scalar(text("SELECT clock_timestamp()"))
    apart = abs(datetime.now(UTC) - theirs) if theirs else timedelta.max
    detail = f"{apart.total_seconds():.1f} s apart"
    good = apart < CLOCK_SLACK
    return ok("database_clock", detail) if good else bad("database_clock", detail, "run NTP on both machines")


def heartbeats(settings: Settings) -> Check:
    from portal.kernel.settings import Heartbeat

    with _connected(settings) as connection:
        if not inspect(connection).has_table("heartbeat"):
            return warn("heartbeats", "no table yet", "./go migrate")
        seen = {name: at for name, at in connection.execute(select(Heartbeat.name, Heartbeat.at))}
    now = datetime.now(UTC)
    silent = sorted(name for name, at in seen.items() if now - at > SILENT_AFTER)
    if not seen or len(silent) == len(seen):
        return warn("heartbeats", "no worker or scheduler is alive", "./go run, or start worker and schedule")
    if silent:
        return warn("heartbeats", f"silent: {', '.join(silent)}", "look at their logs")
    return ok("heartbeats", f"{len(seen)} alive")


def outbox(settings: Settings) -> Check:
    from sqlalchemy import func

    from portal.kernel.outbox import OutboxEntry

    with _connected(settings) as connection:
        if not inspect(connection).has_table("outbox_entry"):
            return warn("outbox", "no table yet", "./go migrate")
        waiting = OutboxEntry.state.in_(("due", "running"))
        oldest = connection.scalar(select(func.min(OutboxEntry.due_at)).where(waiting))
        dead = connection.scalar(select(func.count()).where(OutboxEntry.state == "dead")) or 0
    if dead:
        return warn("outbox", f"{dead} given up after several attempts", "look at them and try again")
    late = datetime.now(UTC) - oldest if oldest else timedelta(0)
    if late > LATE_AFTER:
        return bad("outbox", f"the oldest waits {late.total_seconds() / 60:.0f} min", "check workers and queue server")
    return ok("outbox", "nothing is late")


def uncertain(settings: Settings) -> Check:
    with _connected(settings) as connection:
        if not inspect(connection).has_table("message"):
            return warn("uncertain_messages", "no table yet", "./go migrate")
        count = connection.scalar(
            select(text("count(*)")).select_from(table("message")).where(text("state = 'uncertain'"))
        )
    if count:
        return warn("uncertain_messages", f"{count} may or may not have arrived", "decide on each in the portal")
    return ok("uncertain_messages", "none")


def wal(settings: Settings) -> Check:
    url = make_url(settings.database_url)
    log = Path(f"{url.database}-wal")
    if url.get_backend_name() != "sqlite" or not log.exists():
        return ok("write_ahead_log", "nothing pending")
    size = log.stat().st_size
    detail = f"{size / 10**6:.1f} MB"
    if size > LARGE_WAL:
        return warn("write_ahead_log", detail, "a long reading transaction blocks the checkpoint: restart the portal")
    return ok("write_ahead_log", detail)


def _connected(settings: Settings) -> Connection:
    options = {} if settings.database_url.startswith("sqlite") else {"connect_timeout": 5}
    return create_engine(settings.database_url, poolclass=NullPool, connect_args=options).connect()
