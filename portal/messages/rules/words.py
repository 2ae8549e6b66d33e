"""What one recipient reads."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from portal.kernel.liquid import TAG, personalise


class Words(NamedTuple):
    """Links in the HTML are still marked, see `tracking`."""

    subject: str
    text: str
    html: str


def words_of(content: Any, values: Mapping[str, Any] | None, links: Mapping[str, str]) -> Words:
    """The content (as its row), filled for one recipient. Raises LiquidError."""
    if not content.is_template:
        return Words(content.subject, content.text, content.html)
    known = {**(values or {}), "links": links}
    return Words(
        personalise(content.subject, known, escapes=False),
        personalise(content.text, known, escapes=False),
        personalise(content.html, known) if content.html else "",
    )


def outline(template: str) -> str:
    """With gaps where each recipient reads something of their own."""
    return TAG.sub("…", template)
