"""Which customer a registration means, which channel a source belongs to, and what a discount comes to."""

import re
from decimal import Decimal

HUNDRED = Decimal(100)
_FORMS = re.compile(
    r"\b(inc|incorporated|llc|ltd|limited|gmbh|ag|kg|co|corp|corporation|company|sa|sarl|bv|plc|pty)\b\.?"
)


def source_key(source: str) -> str:
    """Sources are written by people and by forms: "Trade fair", "trade_fair"."""
    return " ".join(source.replace("_", " ").casefold().split())


def sources_in(text: str) -> dict[str, str]:
    """One source a line: key -> as written, the first of each."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if source_key(line):
            found.setdefault(source_key(line), line.strip())
    return found


def customer_key(name: str, domain: str) -> str:
    """The same for two partners who mean the same customer: its domain, else its name without its legal form."""
    if domain:
        return domain.casefold().removeprefix("www.")
    bare = _FORMS.sub(" ", re.sub(r"[^\w\s]", " ", name.casefold()))
    return " ".join(bare.split()) or name.casefold().strip()


def domain_in(text: str) -> str:
    """The domain of what people paste as one: an address, a link, a bare domain."""
    host = re.sub(r"^\w+://", "", text.strip().casefold()).rpartition("@")[2]
    return re.split(r"[/?#:]", host)[0].removeprefix("www.").rstrip(".")


def off_list(price: Decimal, discount: Decimal, whole: Decimal, listed: Decimal) -> Decimal:
    """Percent off the list price: by a lower price, by the discount of the line and by that of the whole document."""
    paid = price * (HUNDRED - discount) / HUNDRED * (HUNDRED - whole) / HUNDRED
    return HUNDRED - paid * HUNDRED / listed if listed else Decimal(0)
