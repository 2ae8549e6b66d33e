"""What a person wrote in an answer, without what the mail program quoted below it."""

import re
from email import message_from_bytes
from email.message import Message
from html.parser import HTMLParser

from .parts import header, text_of

_WROTE = "wrote|schrieb|écrit|a écrit|escribió|escreveu|ha scritto|schreef|skrev|napisał|пишет|написал|kirjoitti"
_SENT = "Sent|Gesendet|Date|Datum|Envoyé|Enviado|Inviato|Verzonden|Отправлено|Дата|Skickat|Sendt"
_QUOTED = re.compile(  # the line with which the quoted mail begins
    rf"""^[ \t]{{0,20}}(?:
      (?:On|Am|Le|El|Em|Il|Op|Den|Dnia|W[ ]dniu|На)\b[^\n]{{0,200}}(?:\n[^\n]{{0,200}}){{0,2}}?\b(?:{_WROTE})\b
        [^\n]{{0,40}}:[ \t]*$
    | [^\n]{{0,200}}<[^\n<>]+@[^\n<>]+>[^\n]{{0,40}}\b(?:{_WROTE})\b[^\n]{{0,40}}:[ \t]*$
    | [^\n]{{0,40}}\d\d:\d\d[^\n]{{0,200}}\n?[^\n]{{0,100}}@[^\n]{{0,60}}\b(?:{_WROTE})[ ]*:[ \t]*$
    | [^\n]{{0,60}}\d{{1,2}}:\d\d[^\n]{{0,120}}<[^\n<>]+@[^\n<>]+>:?[ \t]*$
    | [-_*= ]{{2,}}[ ]*(?:Original[ ]Message|Reply[ ]Message|Ursprüngliche[ ]Nachricht|Message[ ]d'origine|Mensaje[ ]original
        |Messaggio[ ]originale|Oorspronkelijk[ ]bericht|Forwarded[ ]message|Weitergeleitete[ ]Nachricht|Исходное[ ]сообщение)\b
    | _{{20,}}[ \t]*$
    | \**(?:From|Von|De|Da|Van|От|Från|Fra)\**:[^\n]*\n(?:[^\n]*\n){{0,3}}?[ \t]*\**(?:{_SENT}|To|An|À|Para|A|Aan|Кому)\**:
    )""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
LONGEST = 50_000  # characters of an answer that are looked at
_QUOTE_LINES = re.compile(r"(?m)(?:^[ \t]*>.*(?:\n|\Z))+")
_AUTOMATIC = re.compile(
    r"out of (?:the )?office|auto(?:matic|mated|matisk|mated)?[- ]?(?:repl|respon|antwort|svar)|^auto:|automatische antwort|"
    r"réponse automatique|respuesta autom|risposta automatica|resposta autom|automatisch antwoord|автоответ|自動返信|"
    r"abwesen|absence|absent du bureau|fuera de la oficina|fuori ufficio|ausencia|ausência|afwezig|frånvaro|poissa|"
    r"nieobecno|vacation|on (?:holiday|leave)|im urlaub|away from (?:the|my) (?:office|desk|mail)",
    re.IGNORECASE,
)
_OUT = re.compile(
    r"(?:please )?(?:unsubscribe|remove)(?: me)?(?: from (?:this|your) (?:mailing )?list)?|stop|opt[- ]?out|abmelden|"
    r"(?:bitte )?austragen|abbestellen|désabonner|désinscription|darse de baja|baja|cancellami|uitschrijven",
    re.IGNORECASE,
)


def answers(mail: Message) -> bool:
    return "In-Reply-To" in mail or "References" in mail


def is_automatic(mail: Message) -> bool:
    """Whether a machine answers (RFC 3834, and what programs did before it and still do)."""
    if str(mail.get("Auto-Submitted", "no")).partition(" ")[0].partition(";")[0].lower() not in (
        "",
        "no",
        "auto-generated",
    ):
        return True
    if any(name in mail for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress")):
        return True
    bulk = str(mail.get("Precedence", "")).strip().lower() in ("auto_reply", "bulk", "junk", "list")
    return bulk and answers(mail) or is_away(header(mail, "Subject"))


def is_away(subject: str) -> bool:
    return bool(_AUTOMATIC.search(subject))


def reply_text(raw: bytes) -> str:
    """The new text of an answer. Answers between the lines of the quote stay in their order."""
    return without_quote(body(message_from_bytes(raw)))


def body(mail: Message) -> str:
    plain = next(
        (one for one in mail.walk() if one.get_content_type() == "text/plain" and not one.get_filename()), None
    )
    if plain is not None:
        return text_of(plain).replace("\r\n", "\n")
    html = next((one for one in mail.walk() if one.get_content_type() == "text/html"), None)
    return text_of_html(text_of(html)) if html is not None else ""


def without_quote(text: str) -> str:
    """Up to the line that begins the quoted mail; an answer below its quote is what follows the quote."""
    plain = text[:LONGEST].replace("\xa0", " ").replace("\r", "")
    text = "\n".join(line.rstrip() for line in plain.split("\n"))
    found = _QUOTED.search(text)
    above = text[: found.start()] if found else text
    if found and not above.strip():  # written below
        below = text[found.end() :]
        above = _QUOTE_LINES.sub("", below) if _QUOTE_LINES.search(below) else ""
    return re.sub(r"\n{3,}", "\n\n", _QUOTE_LINES.sub("", above)).strip()


def wants_out(subject: str, text: str) -> bool:
    """Whether the whole answer is nothing but a wish to hear no more."""
    said = [" ".join(re.sub(r"[^\w\s-]", " ", words).split()) for words in (text.partition("\n")[0], subject)]
    return bool(said[0] and len(text) < 200 and _OUT.fullmatch(said[0])) or (
        not text.strip() and bool(_OUT.fullmatch(said[1]))
    )


class _Text(HTMLParser):
    """Text of HTML with its lines, without what mail programs mark as the quoted mail."""

    _LINES = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "table", "ul"})
    _VOID = frozenset({"br", "img", "meta", "link", "input", "hr", "col", "wbr", "base"})
    _SILENT = frozenset({"style", "script", "title", "head"})
    _QUOTES = re.compile(
        r"gmail_quote|yahoo_quoted|moz-cite-prefix|OLK_SRC_BODY_SECTION|divRplyFwdMsg|appendonsend|stopSpelling", re.I
    )

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._open: list[tuple[str, bool]] = []  # element, whether it says nothing of its own
        self._ended = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        marks = f"{given.get('class', '')} {given.get('id', '')} {given.get('name', '')}"
        style = given.get("style", "").replace(" ", "").lower()
        rule = "border-top:solid#" in style or "border-top:solid" in style or tag == "hr"
        if rule and "".join(self.pieces).strip() or "divRplyFwdMsg" in marks or "stopSpelling" in marks:
            self._ended = True
        silent = tag in self._SILENT or tag == "blockquote" or bool(self._QUOTES.search(marks))
        if tag in self._LINES:
            self.pieces.append("\n")
        if tag not in self._VOID:
            self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        last = next((i for i in range(len(self._open) - 1, -1, -1) if self._open[i][0] == tag), None)
        if last is not None:
            del self._open[last:]
        if tag in self._LINES:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._ended and not any(silent for _, silent in self._open):
            self.pieces.append(" ".join(data.split()) if data.strip() else " ")


def text_of_html(html: str) -> str:
    reader = _Text()
    reader.feed(html[:500_000])
    reader.close()
    lines = "\n".join(line.strip() for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{2,}", "\n\n", lines).strip()
