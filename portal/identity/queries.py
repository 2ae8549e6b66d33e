"""Who signs in, and with what."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.kernel import clock, settings
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.listing import Field, Listing
from portal.kernel.settings import Setting

from .models import Role, SignIn, User, UserRole, WebAuthn
from .rules import Role as RoleName

SECOND_FACTOR = "second_factor_roles"


class Held(NamedTuple):
    """A signed-in person, the device they are on, and whether a role of theirs asks for a second factor they lack."""

    user: User
    sign_in: SignIn
    lacks_factor: bool


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def signed_in(token: str, longest: timedelta, idle: timedelta) -> Held | None:
    """Who holds this device token: one query, with the roles. None when revoked, over, idle too long or disabled."""
    now = clock.now()
    asked = select(Setting.value).where(Setting.key == SECOND_FACTOR).scalar_subquery()
    passkey = select(WebAuthn.id).where(WebAuthn.user_id == User.id).exists()
    query: Select[User, SignIn, str | None, bool] = (
        select(User, SignIn, asked, passkey)
        .join(SignIn, SignIn.user_id == User.id)
        .where(SignIn.token_hash == hash_of(token), SignIn.ended_at.is_(None), User.active)
        .where(SignIn.created_at > now - longest, SignIn.seen_at > now - idle)
        .options(joinedload(User.roles))
    )
    found = db.session.execute(query).unique().first()
    if found is None:
        return None
    user, sign_in, roles, has_passkey = found
    lacks = not (user.tf_primary_method or has_passkey) and not user.role_names.isdisjoint((roles or "").split())
    return Held(user, sign_in, lacks)


def roles_with_second_factor() -> list[RoleName]:
    return [RoleName(name) for name in (settings.get(SECOND_FACTOR) or "").split()]


def open_sign_ins(user_id: int, longest: timedelta, idle: timedelta) -> Sequence[SignIn]:
    """The devices on which the person is signed in now, latest first."""
    now = clock.now()
    return db.session.scalars(
        select(SignIn)
        .where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
        .where(SignIn.created_at > now - longest, SignIn.seen_at > now - idle)
        .order_by(SignIn.seen_at.desc())
    ).all()


def demo_people() -> Sequence[User]:
    """Those who can be picked on the demo sign-in page."""
    query = select(User).where(User.demo_order.is_not(None), User.active).order_by(User.demo_order)
    return db.session.scalars(query).all()


def user(user_id: int) -> User:
    """Raises NotFound."""
    found = db.session.get(User, user_id)
    if found is None:
        raise NotFound("users.not_found", "There is no such person.")
    return found


def user_called(email: str) -> User | None:
    return db.session.scalar(select(User).where(func.lower(User.email) == email.strip().lower()))


def roles(names: Sequence[RoleName]) -> list[Role]:
    return list(db.session.scalars(select(Role).where(Role.name.in_([name.value for name in names])).order_by(Role.id)))


def other_admins(user_id: int) -> int:
    """How many active administrators there are besides this person."""
    query = (
        select(func.count(User.id.distinct()))
        .join(UserRole, UserRole.user_id == User.id)
        .join(Role, Role.id == UserRole.role_id)
        .where(Role.name == RoleName.ADMIN.value, User.active, User.id != user_id)
    )
    return db.session.scalar(query) or 0


PEOPLE = Listing(
    name="users",
    query=lambda actor: select(User).options(selectinload(User.roles), selectinload(User.webauthn)),
    identity=User.id,
    fields=(
        Field("name", "Name", User.name),
        Field("email", "Email", User.email),
        Field("roles", "Roles", value=lambda user: ", ".join(role.description or role.name for role in user.roles)),
        Field("active", "Signs in", User.active, value=lambda user: "Yes" if user.active else "No", filter="flag"),
        Field("factor", "Second factor", value=lambda user: "Yes" if has_second_factor(user) else "No"),
        Field("current_login_at", "Last sign-in", kind="datetime"),
    ),
    sort="name",
    words=(User.name, User.email),
)


def has_second_factor(user: User) -> bool:
    return bool(user.tf_primary_method or user.webauthn)


def everybody() -> Sequence[User]:
    return db.session.scalars(select(User).options(selectinload(User.roles)).order_by(User.email)).all()
