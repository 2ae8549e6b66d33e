"""Settings from environment variables, with a plain sentence for every bad value."""

import hashlib
import os
import secrets
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from portal.web.servers import SmsGateway, SmtpServer, parse_sms, parse_smtp

ROOT = Path(__file__).resolve().parents[2]
SOCKET_PATH_LIMIT = 100  # bytes; the kernel allows 107 on Linux, 103 on macOS
SECRET_MINIMUM = 32


class SettingsError(Exception):
    """One sentence per bad variable, each with the fix."""


class Settings(BaseSettings):
    """Field `public_url` is the variable PUBLIC_URL, and so on."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    data_dir: Path = ROOT / "var"
    demo: bool = True
    database_url: str = ""
    given_redis_url: str = Field("", validation_alias="redis_url")
    smtp_url: str = ""
    sms_url: str = ""
    intake: str = ""  # 127.0.0.1:2525: take in bounces and answers there, by LMTP or SMTP
    outbound_private: bool = False  # lets the SMS gateway be on a private address and without TLS
    public_url: str = ""
    staff_url: str = ""
    given_secret_key: str = Field("", validation_alias="secret_key")
    metrics_token: str = ""  # lets /metrics be read from another machine
    trusted_proxies: int = Field(0, ge=0, le=10)
    session_hours: int = Field(12, ge=1, le=720)
    session_idle_minutes: int = Field(120, ge=5, le=43_200)
    threads: int = Field(8, ge=1, le=256)
    web_processes: int = Field(1, ge=1, le=64)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        scheme, mark, rest = value.partition("://")
        if not value or scheme in ("sqlite", "postgresql+psycopg") and mark:
            return value
        if scheme in ("postgres", "postgresql") and mark:
            return f"postgresql+psycopg://{rest}"
        raise ValueError("use postgresql://user:password@host/name or sqlite:////absolute/path.db")

    @field_validator("given_redis_url")
    @classmethod
    def _redis(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("use redis://host:6379/0, rediss://... or unix:///path/to/socket")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp(cls, value: str) -> str:
        if value:
            parse_smtp(value)
        return value

    @field_validator("sms_url")
    @classmethod
    def _sms(cls, value: str) -> str:
        if value:
            parse_sms(value)
        return value

    @field_validator("intake")
    @classmethod
    def _intake(cls, value: str) -> str:
        if value:
            parse_intake(value)
        return value

    @field_validator("public_url", "staff_url")
    @classmethod
    def _public(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("use the address people type, for example https://portal.example.com")
        return value.rstrip("/")

    @field_validator("given_secret_key")
    @classmethod
    def _secret(cls, value: str) -> str:
        if value and len(value) < SECRET_MINIMUM:
            raise ValueError(f"use at least {SECRET_MINIMUM} random characters: openssl rand -base64 48")
        return value

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Values given in code win over the environment; both may leave the addresses to us."""
        return {key.lower(): value for key, value in data.items()}

    def model_post_init(self, context: object, /) -> None:
        defaults = {
            "database_url": f"sqlite:///{self.data_dir / 'portal.db'}",
            "public_url": f"http://{_reachable(self.host)}:{self.port}",
        }
        for name, value in defaults.items():
            if not getattr(self, name):
                self.__dict__[name] = value
        self.__dict__["staff_url"] = self.staff_url or self.public_url

    @property
    def embedded_redis(self) -> bool:
        return not self.given_redis_url

    @cached_property
    def redis_socket(self) -> Path:
        """Where our own server listens: in DATA_DIR, or in a short private folder when that path is too long."""
        path = self.data_dir / "valkey.sock"
        if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
            return path
        name = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"portal-{os.getuid()}-{name}" / "valkey.sock"

    @property
    def redis_url(self) -> str:
        return self.given_redis_url or f"unix://{quote(str(self.redis_socket))}"

    @property
    def smtp(self) -> SmtpServer | None:
        return parse_smtp(self.smtp_url) if self.smtp_url else None

    @property
    def sms(self) -> SmsGateway | None:
        return parse_sms(self.sms_url) if self.sms_url else None

    @property
    def files_dir(self) -> Path:
        return self.data_dir / "files"

    @cached_property
    def secret_key(self) -> str:
        """SECRET_KEY, or one made on first use and kept in DATA_DIR/secret.key."""
        return self.given_secret_key or _kept_secret(self.data_dir / "secret.key")


def load_settings(**given: object) -> Settings:
    """Raises SettingsError naming each variable and its fix."""
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc'])).upper()}: {_sentence(e['msg'])}" for e in error.errors()]
        raise SettingsError("\n".join(lines)) from None


def parse_intake(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise ValueError("use host and port, for example 127.0.0.1:2525")
    return host.strip("[]"), int(port)


def _reachable(host: str) -> str:
    """The name a browser on this machine can open."""
    if host in ("0.0.0.0", "::", ""):
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ")


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # mkstemp makes it 0600
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # atomic, and refuses when another process was first
        except FileExistsError:
            pass
        finally:
            os.unlink(fresh)
    value = path.read_text().strip()
    if len(value) < SECRET_MINIMUM:
        raise SettingsError(f"{path} holds no usable secret: delete it to get a new one (people must sign in again)")
    return value
