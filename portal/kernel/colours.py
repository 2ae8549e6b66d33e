"""A brand colour made readable, on white and on the dark card of a mail."""

import re

DARK_CARD = (0x18, 0x21, 0x1E)


def on_white(colour: str) -> str:
    """The colour darkened until it has 4.5:1 on white; ValueError for anything but #rrggbb."""
    parts = _parts(colour)
    while 1.05 / (_luminance(parts) + 0.05) < 4.5:
        parts = [int(part * 0.94) for part in parts]
    return _spelt(parts)


def on_dark(colour: str) -> str:
    """The colour lightened until it has 7:1 on the dark card."""
    parts = _parts(colour)
    while (_luminance(parts) + 0.05) / (_luminance(list(DARK_CARD)) + 0.05) < 7:
        parts = [round(part + (255 - part) * 0.06 + 0.5) for part in parts]
    return _spelt(parts)


def _parts(colour: str) -> list[int]:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", colour):
        raise ValueError(f"a colour is written #rrggbb, not {colour!r}")
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _spelt(parts: list[int]) -> str:
    return "#" + "".join(f"{min(part, 255):02x}" for part in parts)


def _luminance(parts: list[int]) -> float:
    """Relative luminance of WCAG 2.2."""
    linear = [c / 12.92 if c <= 0.03928 else float(((c + 0.055) / 1.055) ** 2.4) for c in (p / 255 for p in parts)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
