"""Links that name their campaign, and how a deal is credited to the campaigns that touched it."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from portal.kernel.errors import Refused

from .states import Credit, Goal

HALF_LIFE = timedelta(days=7)  # after which a touch counts half, in time decay: what web analytics have as default
CREDIT_NAMES = {
    Credit.FIRST_TOUCH: "First touch",
    Credit.LAST_TOUCH: "Last touch",
    Credit.LINEAR: "Linear",
    Credit.TIME_DECAY: "Time decay",
}
CREDIT_WORDS = {
    Credit.FIRST_TOUCH: "all to the first campaign that touched the deal's people",
    Credit.LAST_TOUCH: "all to the last campaign before the deal was closed",
    Credit.LINEAR: "the same to every touch",
    Credit.TIME_DECAY: "a touch counts half as much for every 7 days before the close",
}
GOAL_NAMES = {Goal.LEADS: "Leads", Goal.PIPELINE: "Pipeline sourced", Goal.REVENUE: "Revenue won"}


def utm_word(text: str) -> str:
    """What a name becomes in a link: small ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]


def tagged(url: str, *, source: str, medium: str, campaign: str, content: str = "", term: str = "") -> str:
    """The link with its UTM parameters; those it had are replaced, everything else stays. Raises Refused."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused("campaign.link", "Give the whole address, like https://example.com/spring.", "url")
    utm = {
        "utm_source": source,
        "utm_medium": medium,
        "utm_campaign": campaign,
        "utm_content": content,
        "utm_term": term,
    }
    kept = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key not in utm]
    return urlunsplit(parts._replace(query=urlencode(kept + [(key, value) for key, value in utm.items() if value])))


def weights(touches: Sequence[datetime], closed: datetime, credit: Credit) -> list[Decimal]:
    """What share of the deal each touch is credited with, in the order given (oldest first); they add up to 1."""
    count = len(touches)
    if credit == Credit.FIRST_TOUCH:
        return [Decimal(at == 0) for at in range(count)]
    if credit == Credit.LAST_TOUCH:
        return [Decimal(at == count - 1) for at in range(count)]
    if credit == Credit.LINEAR:
        return [Decimal(1) / count] * count
    # Counted from the last touch, so that a deal closed years later does not round every weight to nothing.
    latest = min(max(touches), closed)
    raw = [Decimal(0.5 ** ((latest - at) / HALF_LIFE)) for at in touches]
    return [one / sum(raw) for one in raw]
