"""What an email wears: the colours, words and addresses of the brand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.kernel.colours import on_dark, on_white

LIGHT = {"ink": "#16201D", "muted": "#56625E", "line": "#DDE3E0", "page": "#F2F5F3", "card": "#FFFFFF"}
DARK = {
    "ink": "#E9EFEC", "muted": "#A9B6B1", "line": "#33403B", "page": "#0F1513", "card": "#18211E", "accent_ink": "#0B1512",
}  # fmt: skip
FONTS: Mapping[str, tuple[str, str]] = {
    "sans": (
        "Plain (Inter, Helvetica, Arial)",
        "Inter, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
    ),
    "serif": ("With serifs (Georgia)", "Georgia, 'Times New Roman', serif"),
    "round": ("Friendly (Verdana)", "Verdana, Geneva, 'DejaVu Sans', sans-serif"),
}
LANGUAGES: Mapping[str, str] = {
    "en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "it": "Italiano", "nl": "Nederlands",
    "pl": "Polski", "pt": "Português", "sv": "Svenska", "cs": "Čeština", "ja": "日本語",
}  # fmt: skip
SERVICES = ("unsubscribe", "preferences", "web_view")
LINKS = (*SERVICES, "invitee")  # the last one is no address: it names the recipient in a link to an event
WORDS: Mapping[str, Mapping[str, str]] = {
    language: dict(zip((*SERVICES, "when", "where"), words, strict=True))
    for language, words in {
        "en": ("Unsubscribe", "Choose what you get", "Read in the browser", "When", "Where"),
        "de": ("Abbestellen", "Themen wählen", "Im Browser lesen", "Wann", "Wo"),
        "fr": ("Se désabonner", "Choisir ses sujets", "Lire dans le navigateur", "Quand", "Où"),
        "es": ("Darse de baja", "Elegir temas", "Leer en el navegador", "Cuándo", "Dónde"),
    }.items()
}


@dataclass(frozen=True)
class Look:
    """The brand kit with all gaps filled in."""

    name: str
    website: str
    accent: str  # #rrggbb
    font: str  # a key of FONTS
    logo: str  # whole address; "": the name is written
    address: str  # legal name and postal address in one line
    social: Sequence[tuple[str, str]]  # name, address
    language: str = "en"

    @property
    def light(self) -> dict[str, str]:
        return LIGHT | {"accent": on_white(self.accent), "font": FONTS[self.font][1]}

    @property
    def dark(self) -> dict[str, str]:
        return DARK | {"accent": on_dark(self.accent)}

    @property
    def words(self) -> Mapping[str, str]:
        return WORDS.get(self.language[:2], WORDS["en"])
