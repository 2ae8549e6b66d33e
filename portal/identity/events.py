"""What happens to sign-ins that people are told about by mail."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class PasswordResetAsked(Event):
    user_id: int
    asked_at: str


@dataclass(frozen=True)
class PasswordChanged(Event):
    user_id: int
    changed_at: str


@dataclass(frozen=True)
class UserInvited(Event):
    user_id: int
    invited_at: str
