"""What an SMS takes: GSM 03.38 with 7 bits a character, or UCS-2 as soon as one character is not in it."""

from typing import NamedTuple

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")  # two places each
LONGEST = 1_600  # characters that gateways take


class Segments(NamedTuple):
    """`parts` messages; `units`: 7-bit places, or 16-bit ones. Several parts lose a few places each to their numbering."""

    encoding: str
    units: int
    parts: int
    left: int  # units that still fit into the last segment

    @property
    def words(self) -> str:
        parts = "1 SMS" if self.parts == 1 else f"{self.parts} SMS"
        return f"{parts}, {self.units} characters in {self.encoding}, {self.left} left"


def segments_of(text: str) -> Segments:
    """GSM-7: 160 in one, 153 in each of several; UCS-2: 70 and 67."""
    plain = all(letter in GSM or letter in EXTENDED for letter in text)
    units = sum(1 + (letter in EXTENDED) for letter in text) if plain else len(text.encode("utf-16-le")) // 2
    single, several = (160, 153) if plain else (70, 67)
    if units <= single:
        return Segments("GSM-7" if plain else "UCS-2", units, 1, single - units)
    count = -(-units // several)
    return Segments("GSM-7" if plain else "UCS-2", units, count, count * several - units)
