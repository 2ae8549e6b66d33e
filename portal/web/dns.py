"""Asking DNS for the records of a sender domain, with little patience."""

from collections.abc import Iterable, Sequence

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from portal.messages.rules.records import UNKNOWN, Record

SECONDS = 3.0  # for each record


def look_up(records: Iterable[Record], resolver: Resolver | None = None) -> dict[str, list[str]]:
    """Key of the record -> [what it is worth, what was found]."""
    resolver = resolver or Resolver()
    return {record.key: list(_found(record, resolver)) for record in records}


def _found(record: Record, resolver: Resolver) -> tuple[str, str]:
    try:
        return record.judge(_texts(record, resolver))
    except DNSException as error:
        return UNKNOWN, f"DNS did not answer: {error}"


def _texts(record: Record, resolver: Resolver) -> Sequence[str]:
    """A TXT record is several strings, which belong together."""
    try:
        answer = resolver.resolve(record.name, record.kind, lifetime=SECONDS, search=False)
    except (NXDOMAIN, NoAnswer):
        return []
    if record.kind == "TXT":
        return [b"".join(entry.strings).decode("utf-8", "replace") for entry in answer]
    return [entry.to_text() for entry in answer]
