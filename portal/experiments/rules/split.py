"""Who gets what: by a hash of person and test, so that nobody has to remember it."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple


class Share(NamedTuple):
    """`percent`: of everybody, in whole or tenths."""

    label: str
    percent: float


def arm_of(person: int, test: str, shares: Sequence[Share]) -> str:
    """The label the person falls to: always the same one, and unrelated to what another test says. "" beyond the shares."""
    digest = blake2b(f"{test}:{person}".encode(), digest_size=8).digest()
    place = int.from_bytes(digest, "big") / 2**64 * 100
    for label, percent in shares:
        if place < percent:
            return label
        place -= percent
    return ""
