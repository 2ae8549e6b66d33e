"""Words by which a text message says stop, start or help: the whole message, in any case."""

from enum import StrEnum, auto


class Keyword(StrEnum):
    STOP = auto()
    START = auto()
    YES = auto()  # a yes only where something was asked, or stopped
    HELP = auto()


_WORDS = {
    Keyword.STOP: "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT STOPP ABMELDEN ABBESTELLEN",
    Keyword.START: "START UNSTOP ANMELDEN",
    Keyword.YES: "YES JA",
    Keyword.HELP: "HELP INFO HILFE",
}
_MEANS = {word: keyword for keyword, words in _WORDS.items() for word in words.split()}


def keyword_in(text: str) -> Keyword | None:
    """None for anything longer: "stop by on Friday" is an answer."""
    return _MEANS.get(text.strip(" \t\r\n.!\"'").upper())
