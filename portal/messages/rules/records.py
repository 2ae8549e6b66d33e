"""The records in DNS that make other servers believe our mail: what each has to be, what is there, and what to do about it."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

GOOD, WEAK, MISSING, UNKNOWN = "good", "weak", "missing", "unknown"
MOST_LOOKUPS = 10  # RFC 7208 4.6.4: a server that counts more reads the record no further
LOOKS_UP = re.compile(r"[+?~-]?(?:(include|exists):(\S+)|(?:a|mx|ptr)(?:[:/]\S*)?\Z|(redirect)=(\S+))", re.I)
ENDS = ("all", "+all", "?all", "~all", "-all")

Ask = Callable[[str], Sequence[str]]  # the TXT records under a name


class Finding(NamedTuple):
    """What a record is worth, what DNS said, what to do in one sentence, and what the record should say then."""

    state: str
    seen: str
    todo: str = ""
    value: str = ""  # "": as `Record.value`


class Record(NamedTuple):
    """One record as it has to be. `judge` reads what DNS has under the name; it may ask for more."""

    key: str
    title: str
    name: str
    kind: str  # TXT or MX
    value: str
    why: str
    judge: Callable[[Sequence[str], Ask], Finding]


def wanted(domain: Any) -> list[Record]:
    """Of a SenderDomain: SPF, DKIM where we sign, DMARC, and where its bounces come back to."""
    include = f"include:{domain.spf_include}" if domain.spf_include else "mx"
    found = [
        Record(
            "spf", "SPF", domain.return_domain or domain.domain, "TXT", f"v=spf1 {include} ~all",
            "Says which servers may send for the domain of the return path.", lambda seen, ask: _spf(seen, include, ask),
        ),
        Record(
            "dkim", "DKIM", f"{domain.selector}._domainkey.{domain.domain}", "TXT",
            f"v=DKIM1; k=rsa; p={domain.public_key}",
            "The key by which others check our signature.", lambda seen, _: _dkim(seen, domain.public_key),
        ),
        Record(
            "dmarc", "DMARC", f"_dmarc.{domain.domain}", "TXT", f"v=DMARC1; p=none; rua=mailto:postmaster@{domain.domain}",
            "Says what becomes of mail that only pretends to be ours, and where reports go.",
            lambda seen, ask: _dmarc(seen, domain.domain, ask),
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


def _spf(seen: Sequence[str], include: str, ask: Ask) -> Finding:
    mine = _starting(seen, "v=spf1")
    if not mine:
        return Finding(MISSING, "There is no SPF record.", "Add this record.")
    shown = " | ".join(mine)
    every = list(dict.fromkeys(term for text in mine for term in text.lower().split()[1:]))
    terms = [term for term in every if term not in ENDS]
    ours = [] if include.lower() in [term.removeprefix("+") for term in terms] else [include]
    whole = " ".join(("v=spf1", *ours, *terms, "-all" if "-all" in every else "~all"))
    if len(mine) > 1:
        todo = (
            f"Servers read none of {len(mine)} SPF records: delete all of them and add this one, which says the same."
        )
        return Finding(WEAK, shown, todo, whole)
    if ours:
        return Finding(WEAK, shown, f"It does not name our server: change it to this, with {include} in it.", whole)
    if {"+all", "all"} & set(every):
        return Finding(WEAK, shown, "It lets everybody send in your name: change its end to ~all.", whole)
    steps = list(_lookups(mine[0], ask))
    if broken := [name for name, exists in steps if not exists]:
        todo = f"{broken[0]} has no SPF record, so servers give up on yours: take it out, or mend its spelling."
        return Finding(WEAK, shown, todo)
    if len(steps) > MOST_LOOKUPS:
        todo = (
            f"It makes servers ask DNS more than {MOST_LOOKUPS} times, so they stop reading: take out what no longer "
            "sends for you, or send from a subdomain that has its own record."
        )
        return Finding(WEAK, shown, todo)
    return Finding(GOOD, shown)


def _lookups(text: str, ask: Ask) -> Iterator[tuple[str, bool]]:
    """What a reader of the record has to ask DNS for, and whether it is there; stops a step beyond what is allowed."""
    waiting, count = text.split()[1:], 0
    while waiting and count <= MOST_LOOKUPS:
        if not (found := LOOKS_UP.match(waiting.pop(0))):
            continue
        count += 1
        inner = found[2] if (found[1] or "").lower() == "include" else found[4]
        if not inner or "%" in inner:  # a macro depends on the mail
            yield found[0], True
            continue
        records = _starting(ask(inner), "v=spf1")
        yield inner, bool(records)
        waiting[:0] = records[0].split()[1:] if records else []


def _dkim(seen: Sequence[str], key: str) -> Finding:
    keys = [text.replace(" ", "").partition("p=")[2].partition(";")[0] for text in seen if "p=" in text]
    if not keys:
        return Finding(MISSING, "There is no key.", "Add this record.")
    if key in keys and len(keys) == 1:
        return Finding(GOOD, "It is our key.")
    if key in keys:
        return Finding(WEAK, "There are several keys.", "Delete the other records of this name and leave this one.")
    seen_as = "There is a key, but it is another one." if keys[0] else "The key was withdrawn."
    return Finding(WEAK, seen_as, "Change the record to this: with another key every signature fails.")


def _dmarc(seen: Sequence[str], domain: str, ask: Ask) -> Finding:
    """Without a record of its own, that of the domain above counts (RFC 7489 6.6.3)."""
    mine, above = _starting(seen, "v=dmarc1"), domain.partition(".")[2]
    while not mine and "." in above:
        mine, above = _starting(ask(f"_dmarc.{above}"), "v=dmarc1"), above.partition(".")[2]
    if not mine:
        return Finding(
            MISSING, "There is no DMARC record.", "Add this record: large providers refuse mailings without."
        )
    shown = " | ".join(mine)
    if len(mine) > 1:
        return Finding(WEAK, shown, "Servers read none of several DMARC records: delete all but one.")
    tags = dict(tag.split("=", 1) for tag in mine[0].replace(" ", "").lower().split(";") if "=" in tag)
    policy = tags.get("p", "") if _starting(seen, "v=dmarc1") else tags.get("sp", tags.get("p", ""))
    if policy not in ("none", "quarantine", "reject"):
        return Finding(WEAK, shown, "It names no policy: change it to this.")
    if policy == "none":
        todo = "Enough to send. When the reports name only your own servers, change p=none to p=quarantine."
        return Finding(GOOD, shown, todo, mine[0].replace("p=none", "p=quarantine"))
    return Finding(GOOD, shown)


def _mx(seen: Sequence[str], _: Ask) -> Finding:
    if seen:
        return Finding(GOOD, ", ".join(seen))
    return Finding(MISSING, "Nothing takes mail there.", "Add this record, or bounces never reach this portal.")
