"""The check of a draft or a version: what stands in the way of sending it."""

from portal.consent.states import Purpose

from ..models import Email, EmailVersion
from ..rules.compile import Compiled
from ..rules.findings import Finding, Subject, findings
from ..states import Level
from .brand import look_of
from .people import known_paths
from .versions import compile_draft


def check(mail: Email | EmailVersion, purpose: Purpose = Purpose.COMMERCIAL, *, subject: str = "") -> list[Finding]:
    """Forbidding ones first; a mail with one of these is not to be sent. A draft is compiled as it stands.

    `subject` goes out instead of the mail's own.
    """
    compiled = compile_draft(mail) if isinstance(mail, Email) else Compiled(mail.html, mail.text)
    return findings(
        compiled,
        Subject(subject or mail.subject, mail.preheader, mail.document),
        look_of(mail.language),
        commercial=purpose == Purpose.COMMERCIAL,
        known=known_paths(),
        own=not mail.source,
    )


def unreadable(words: str) -> Finding:
    """Of a mail that cannot be compiled at all."""
    return Finding(Level.BLOCK, "unreadable", words)
