"""Asking DNS for the records of a sender domain, with little patience."""

from collections.abc import Iterable, Sequence
from time import monotonic

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, LifetimeTimeout, NoAnswer, NoNameservers, get_default_resolver

from portal.messages.rules.records import UNKNOWN, Finding, Record

SECONDS = 3.0  # for one question
PATIENCE = 10.0  # seconds for all of them: a person is waiting
SILENT = "Nothing is known about it: ask again in a minute, and tell whoever runs this server if it stays so."


def look_up(records: Iterable[Record]) -> dict[str, Finding]:
    """Key of the record -> what was found. Once DNS is silent it is not asked again."""
    until, found = monotonic() + PATIENCE, {}
    for record in records:
        found[record.key] = _found(record, until)
        if found[record.key].state == UNKNOWN:
            until = 0.0
    return found


def _found(record: Record, until: float) -> Finding:
    try:
        return record.judge(_texts(record.name, record.kind, until), lambda name: _texts(name, "TXT", until))
    except (TimeoutError, LifetimeTimeout, NoNameservers):
        return Finding(UNKNOWN, "DNS did not answer.", SILENT)
    except DNSException as error:
        return Finding(UNKNOWN, f"DNS could not be asked: {error}", SILENT)


def _texts(name: str, kind: str, until: float) -> Sequence[str]:
    """In one order, whatever order DNS has them in. A TXT record is several strings, which belong together."""
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    try:
        answer = get_default_resolver().resolve(name, kind, lifetime=min(SECONDS, left), search=False)
    except (NXDOMAIN, NoAnswer):
        return []
    if kind == "TXT":
        return sorted(b"".join(entry.strings).decode("utf-8", "replace") for entry in answer)
    return sorted(entry.to_text() for entry in answer)
