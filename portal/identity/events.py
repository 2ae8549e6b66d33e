"""What people get a mail about."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class PasswordResetAsked(Event):
    user_id: int
    asked_at: str


@dataclass(frozen=True)
class UserInvited(Event):
    user_id: int
    invited_at: str
    invited_by: str
