"""Signing in on a device, and what administrators do with people's sign-ins."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import update

from portal.kernel import audit, clock, links, settings
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Forbidden, Refused
from portal.kernel.outbox import emit

from . import queries
from .events import UserInvited
from .models import Role, SignIn, User
from .rules import ROLE_NAMES
from .rules import Role as RoleName

FIRST_ADMIN = "admin@portal.example"
INVITATION = "invitation"
INVITATION_LASTS = timedelta(days=7)


def open_sign_in(user: User, ip: str | None, device: str) -> str:
    """The person is in on this device; returns the token for its cookie, of which only the hash is kept."""
    token = secrets.token_urlsafe(32)
    db.session.add(SignIn(token_hash=queries.hash_of(token), user_id=user.id, ip=ip, device=device))
    audit.record("users", user.id, "signed in", ip=ip)
    return token


def note_seen(sign_in_id: int) -> None:
    db.session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=clock.now()))


def end_sign_in(token: str) -> None:
    """Sign this device out. Nothing happens when it is out already."""
    _end(SignIn.token_hash == queries.hash_of(token))


def end_device(user: User, sign_in_id: int) -> None:
    """Sign one of the person's own devices out."""
    _end(SignIn.id == sign_in_id, SignIn.user_id == user.id)
    audit.record("users", user.id, "signed a device out", device=sign_in_id)


def end_others(user_id: int, but: str = "") -> None:
    """Sign the person out everywhere, `but` the device with this token."""
    _end(SignIn.user_id == user_id, SignIn.token_hash != queries.hash_of(but))


def _end(*which: object) -> None:
    db.session.execute(
        update(SignIn)
        .where(*which, SignIn.ended_at.is_(None))  # type: ignore[arg-type]
        .values(ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def ensure_roles() -> dict[RoleName, Role]:
    """The rows behind the roles of the permission matrix; missing ones are made."""
    there = {role.name: role for role in queries.roles(list(RoleName))}
    for name in RoleName:
        if name.value not in there:
            there[name.value] = Role(name=name.value, description=ROLE_NAMES[name])
            db.session.add(there[name.value])
    return {name: there[name.value] for name in RoleName}


def add_user(email: str, name: str, roles: Iterable[RoleName], **values: object) -> User:
    """A new person, without a password yet. Raises Refused when the address is taken."""
    if queries.user_called(email):
        raise Refused("user.email_taken", "Somebody already signs in with this address.", "email")
    rows = ensure_roles()
    user = User(
        email=email.strip().lower(),
        name=name.strip(),
        fs_uniquifier=secrets.token_hex(32),
        roles=[rows[role] for role in roles],
        **values,
    )
    db.session.add(user)
    db.session.flush()
    return user


def one_time_password() -> str:
    """72 bits that can be read out and typed."""
    return "-".join(secrets.token_hex(3) for _ in range(3))


def ensure_first_admin(password_hash: str) -> str | None:
    """The administrator of an empty portal, who signs in with this password once and then chooses another. Returns the
    address, or None when somebody has taken over already."""
    admin = queries.user_called(FIRST_ADMIN)
    if admin is None and not queries.everybody():
        admin = add_user(FIRST_ADMIN, "Administrator", [RoleName.ADMIN], must_change_password=True)
    if admin is None or not admin.must_change_password:
        return None
    set_password(admin, password_hash, must_change=True)
    return admin.email


def introduce(user: User, *, name: str, email: str, timezone: str, roles: Sequence[RoleName]) -> None:
    """The first administrator says who they are; they stay signed in. Raises Refused when the address is taken."""
    other = queries.user_called(email)
    if other is not None and other.id != user.id:
        raise Refused("user.email_taken", "Somebody already signs in with this address.", "email")
    rows = ensure_roles()
    user.name, user.email, user.timezone = name.strip(), email.strip().lower(), timezone
    user.roles = [rows[role] for role in roles]


def require_second_factor(actor: Actor, roles: Sequence[RoleName]) -> None:
    """Whoever holds one of these roles sets up a second factor before anything else, from the next page on."""
    _only_admins(actor)
    before = sorted(queries.roles_with_second_factor())
    settings.put(queries.SECOND_FACTOR, " ".join(sorted(roles)))
    audit.record("users", None, "second factor required", roles=[before, sorted(roles)])


def invite_user(actor: Actor, email: str, name: str, roles: Sequence[RoleName]) -> User:
    """Add the person and mail the link with which they choose a password."""
    _only_admins(actor)
    user = add_user(email, name, roles)
    _owe_invitation(actor, user)
    return user


def repeat_invitation(actor: Actor, user: User) -> None:
    """Mail a new link; the old ones end."""
    _only_admins(actor)
    if user.password:
        raise Refused("user.invited", "This person has a password already.")
    links.revoke(INVITATION, user.id)
    _owe_invitation(actor, user)


def _owe_invitation(actor: Actor, user: User) -> None:
    emit(UserInvited(user_id=user.id, invited_at=clock.now().isoformat(), invited_by=actor.name))


def issue_invitation(user: User) -> str:
    """A new link token with which the person chooses a password."""
    return links.issue(INVITATION, user.id, 1, expires_at=clock.now() + INVITATION_LASTS, address=user.email)


def accept_invitation(token: str, password_hash: str) -> User:
    """The invited person has chosen a password. The link ends. Raises NotFound for a link that has ended."""
    link = links.resolve(INVITATION, token)
    user = queries.user(link.record_id)
    set_password(user, password_hash)
    links.revoke(INVITATION, user.id)
    return user


def set_password(user: User, password_hash: str, *, must_change: bool = False) -> None:
    """Every device of the person is signed out."""
    user.password = password_hash
    user.must_change_password = must_change
    user.fs_uniquifier = secrets.token_hex(32)
    end_others(user.id)
    audit.record("users", user.id, "password set")


def edit_user(actor: Actor, user: User, *, name: str, email: str) -> None:
    _only_admins(actor)
    email = email.strip().lower()
    other = queries.user_called(email)
    if other is not None and other.id != user.id:
        raise Refused("user.email_taken", "Somebody already signs in with this address.", "email")
    user.name, user.email = name.strip(), email


def change_roles(actor: Actor, user: User, roles: Sequence[RoleName]) -> None:
    """What the person may do from the next request on; they sign in again. The last administrator stays one."""
    _only_admins(actor)
    before = sorted(user.role_names)
    if before == sorted(roles):
        return
    if RoleName.ADMIN in before and RoleName.ADMIN not in roles:
        _keep_one_admin(user)
    rows = ensure_roles()
    user.roles = [rows[role] for role in roles]
    end_others(user.id)
    audit.record("users", user.id, "roles changed", roles=[before, sorted(roles)])


def disable_user(actor: Actor, user: User) -> None:
    """Out at the next request. Positions and records stay as they are."""
    _only_admins(actor)
    if user.id == actor.user_id:
        raise Refused("user.self", "You cannot disable yourself. Ask another administrator.")
    if RoleName.ADMIN in user.role_names:
        _keep_one_admin(user)
    user.active = False
    end_others(user.id)


def enable_user(actor: Actor, user: User) -> None:
    _only_admins(actor)
    user.active = True


def reset_second_factors(actor: Actor, user: User) -> None:
    """The person lost the device: authenticator, passkeys and recovery codes are forgotten, devices signed out."""
    _only_admins(actor)
    user.tf_primary_method = user.tf_totp_secret = user.mf_recovery_codes = user.totp_last_counter = None
    user.webauthn.clear()
    end_others(user.id)
    audit.record("users", user.id, "second factors reset")


def sign_out_everywhere(actor: Actor, user: User) -> None:
    _only_admins(actor)
    end_others(user.id)
    audit.record("users", user.id, "signed out everywhere")


def save_settings(user: User, *, name: str, locale: str, timezone: str) -> None:
    """What people say about themselves."""
    user.name, user.locale, user.timezone = name.strip(), locale, timezone


def _only_admins(actor: Actor) -> None:
    if not actor.may("users.edit"):
        raise Forbidden("forbidden", "Only administrators change who may sign in.")


def _keep_one_admin(user: User) -> None:
    if not queries.other_admins(user.id):
        raise Refused("user.last_admin", "Somebody must remain administrator. Give another person that role first.")
