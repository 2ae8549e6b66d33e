"""The records in DNS that make other servers believe our mail, and whether what is there will do."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

GOOD, WEAK, MISSING, UNKNOWN = "good", "weak", "missing", "unknown"


class Record(NamedTuple):
    """One record as it has to be. `judge` reads what DNS has under the name and says what that is worth."""

    key: str
    title: str
    name: str
    kind: str  # TXT or MX
    value: str
    why: str
    judge: Callable[[Sequence[str]], tuple[str, str]]


def wanted(domain: Any) -> list[Record]:
    """Of a SenderDomain: SPF, DKIM where we sign, DMARC, and where its bounces come back to."""
    include = f"include:{domain.spf_include}" if domain.spf_include else "mx"
    found = [
        Record(
            "spf", "SPF", domain.return_domain or domain.domain, "TXT", f"v=spf1 {include} ~all",
            "Says which servers may send for the domain of the return path.", lambda seen: _spf(seen, include),
        ),
        Record(
            "dkim", "DKIM", f"{domain.selector}._domainkey.{domain.domain}", "TXT",
            f"v=DKIM1; k=rsa; p={domain.public_key}",
            "The key by which others check our signature.", lambda seen: _dkim(seen, domain.public_key),
        ),
        Record(
            "dmarc", "DMARC", f"_dmarc.{domain.domain}", "TXT", f"v=DMARC1; p=none; rua=mailto:postmaster@{domain.domain}",
            "Says what becomes of mail that only pretends to be ours, and where reports go.", _dmarc,
        ),
    ]  # fmt: skip
    if domain.return_domain:
        found.append(
            Record(
                "return", "Return path", domain.return_domain, "MX", "10 the mail server that hands bounces to this portal",
                "Without it nobody can tell us that a mail did not arrive.", _mx,
            )
        )  # fmt: skip
    return found if domain.signing else [record for record in found if record.key != "dkim"]


def _starting(seen: Sequence[str], mark: str) -> list[str]:
    return [text for text in seen if text.lower().replace(" ", "").startswith(mark)]


def _spf(seen: Sequence[str], include: str) -> tuple[str, str]:
    mine = _starting(seen, "v=spf1")
    if len(mine) > 1:
        return WEAK, "There are several SPF records; servers then read none of them."
    if not mine:
        return MISSING, "There is no SPF record."
    if include.lower() not in mine[0].lower().split():
        return WEAK, f"It does not have {include}: {mine[0]}"
    return (WEAK, f"It lets everybody send: {mine[0]}") if "+all" in mine[0] else (GOOD, mine[0])


def _dkim(seen: Sequence[str], key: str) -> tuple[str, str]:
    mine = [text for text in seen if "p=" in text]
    if not mine:
        return MISSING, "There is no key."
    same = any(text.replace(" ", "").partition("p=")[2].partition(";")[0] == key for text in mine)
    return (GOOD, "It is our key.") if same else (WEAK, "There is a key, but it is another one.")


def _dmarc(seen: Sequence[str]) -> tuple[str, str]:
    mine = _starting(seen, "v=dmarc1")
    return (GOOD, mine[0]) if len(mine) == 1 else (MISSING, "There is no DMARC record, or more than one.")


def _mx(seen: Sequence[str]) -> tuple[str, str]:
    return (GOOD, ", ".join(seen)) if seen else (MISSING, "Nothing takes mail there.")
