"""Users, their roles, sessions and passkeys, in the shape Flask-Security works with."""

from datetime import datetime
from typing import Any

from flask_security.core import RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import JSON, ForeignKey, LargeBinary
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, refuse_on
from portal.kernel.errors import Refused

from .rules import Role as RoleName


class UserRole(Base):
    __tablename__ = "user_role"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("role.id"), primary_key=True)


class Role(Base, RoleMixin):
    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    permissions: Mapped[list[Any] | None]


class User(Base, UserMixin, Audited):
    __tablename__ = "user"
    noun = "users"
    unaudited = frozenset(
        {
            "password",
            "fs_uniquifier",
            "tf_totp_secret",
            "mf_recovery_codes",
            "fs_webauthn_user_handle",
            "totp_last_counter",
        }
        | {"last_login_at", "current_login_at", "last_login_ip", "current_login_ip", "login_count"}
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    confirmed_at: Mapped[datetime | None]
    locale: Mapped[str] = mapped_column(default="en")
    timezone: Mapped[str] = mapped_column(default="UTC")
    demo_order: Mapped[int | None]  # place on the demo sign-in page; NULL for everybody real
    demo_note: Mapped[str | None]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    last_login_at: Mapped[datetime | None]  # type: ignore[assignment]
    current_login_at: Mapped[datetime | None]  # type: ignore[assignment]
    last_login_ip: Mapped[str | None]
    current_login_ip: Mapped[str | None]
    login_count: Mapped[int] = mapped_column(default=0)
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    tf_phone_number: Mapped[str | None]
    totp_last_counter: Mapped[int | None]  # a code works once
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON()))  # codes are popped
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(unique=True)  # type: ignore[assignment]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    roles: Mapped[list[Role]] = relationship(secondary="user_role", lazy="selectin")  # type: ignore[assignment]
    webauthn: Mapped[list["WebAuthn"]] = relationship(  # type: ignore[assignment]
        back_populates="user", cascade="all, delete-orphan"
    )

    @property
    def role_names(self) -> frozenset[RoleName]:
        return frozenset(RoleName(role.name) for role in self.roles)


class WebAuthn(Base, WebAuthnMixin):
    __tablename__ = "webauthn"

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(JSON)
    extensions: Mapped[str | None]
    backup_state: Mapped[bool] = mapped_column(default=False)
    device_type: Mapped[str]
    lastuse_datetime: Mapped[datetime]
    name: Mapped[str]
    usage: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    user: Mapped[User] = relationship(back_populates="webauthn")

    def get_user_mapping(self) -> dict[str, Any]:
        return {"id": self.user_id}


class SignIn(Base):
    """One signed-in device: the cookie holds a random id, this row its hash."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    ip: Mapped[str | None]
    device: Mapped[str | None]
    ended_at: Mapped[datetime | None]


refuse_on(
    "uq_user_email",
    "user.email",
    say=Refused("user.email_taken", "Somebody already signs in with this address.", "email"),
)
