"""What people type, freed of what no text holds: control and non-characters, and marks that turn the reading direction."""

import re
import unicodedata

PLANES = "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufdd0-\ufdef"
    + PLANES
    + "]"
)


def line(text: str | None) -> str:
    """One line: every run of blanks and line breaks is one blank. An absent field, which filters get as None, is empty."""
    return " ".join(_seen(text).split())


def lines(text: str | None) -> str:
    """Several lines, with plain line ends."""
    return _seen((text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()


def _seen(text: str | None) -> str:
    if not text or (text.isascii() and text.isprintable()):
        return text or ""
    return UNSEEN.sub("", unicodedata.normalize("NFC", text))
