"""What people type, freed of what no text holds: control and non-characters, and marks that turn the reading direction."""

import re
import unicodedata
from typing import Any

PLANES = "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufdd0-\ufdef"
    + PLANES
    + "]"
)


def line(text: Any) -> Any:
    """One line: every run of blanks and line breaks is one blank. Filters of WTForms get None for an absent field."""
    return " ".join(UNSEEN.sub("", unicodedata.normalize("NFC", text)).split()) if isinstance(text, str) else text


def lines(text: Any) -> Any:
    """Several lines, with plain line ends."""
    if not isinstance(text, str):
        return text
    return UNSEEN.sub("", unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")).strip()
