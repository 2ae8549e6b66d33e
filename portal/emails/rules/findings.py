"""What is checked before an email is sent: some things forbid it, others are pointed out."""

import re
from collections.abc import Iterator, Mapping, Set
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from portal.kernel import liquid

from ..states import Level
from .compile import Compiled
from .document import Document, walk
from .look import Look

CLIPPED_AT = 102 * 1024  # Gmail shows the rest behind a link, the unsubscribe link with it
SUBJECT = 60  # characters most inboxes show
PREHEADER = 110
TAG = re.compile(
    r"<!--(?!\[if).*?(?:-->|\Z)|<(?P<name>a|img|area)\b(?P<inside>(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*+)>", re.DOTALL | re.I
)
ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
BLOCK = re.compile(r'data-block="(b\d+)"')
UNSUBSCRIBE = re.compile(r"\{\{-?\s*links\.(unsubscribe|preferences)\b")
SHOUTED = re.compile(r"[A-ZÀ-Þ]{2,}")
SPAM = re.compile(
    r"\b(100\s?% free|act now|buy now|cash bonus|cheap|click here|congratulations|dear friend|double your|earn money"
    r"|free money|get rich|guaranteed|limited time|lowest price|make money|miracle|no obligation|no risk|once in a lifetime"
    r"|order now|risk[- ]free|special promotion|this is not spam|urgent|winner|you won|gratis gewinn|jetzt kaufen)\b",
    re.I,
)


class Finding(NamedTuple):
    """One thing to mend. `block`: the id of the block it is in, "" for the whole email. `code` stays the same."""

    level: Level
    code: str
    words: str
    block: str = ""


class Subject(NamedTuple):
    """What is looked at besides the compiled mail."""

    subject: str
    preheader: str
    document: Document


def findings(
    mail: Compiled, about: Subject, look: Look, *, commercial: bool, known: Set[str], own: bool
) -> list[Finding]:
    """Forbidding ones first. `known`: the values there are; `own`: made of blocks, not brought along."""
    found = [
        *_lawful(mail, look, commercial=commercial, own=own),
        *_templates(mail, about, known),
        *_subject(about),
        *_links(mail.html),
        *_weight(mail),
        *_blocks(about.document),
    ]
    return sorted(dict.fromkeys(found), key=lambda one: one.level is not Level.BLOCK)


def _lawful(mail: Compiled, look: Look, *, commercial: bool, own: bool) -> Iterator[Finding]:
    if not commercial:
        return
    if not UNSUBSCRIBE.search(mail.html):
        words = "There is no unsubscribe link. Add a footer." if own else "There is no link to {{ links.unsubscribe }}."
        yield Finding(Level.BLOCK, "no_unsubscribe", words)
    if mail.text.strip() and not UNSUBSCRIBE.search(mail.text):
        yield Finding(
            Level.BLOCK, "no_unsubscribe_text", "The text part has no unsubscribe link: {{ links.unsubscribe }}"
        )
    if not look.address:
        yield Finding(
            Level.BLOCK, "no_address_known", "The postal address of the company is not set up. See the brand kit."
        )
    elif not has_address(mail.html, look.address):
        words = "Add a footer." if own else "Write it as in the brand kit, or {{ company.address }}."
        yield Finding(Level.BLOCK, "no_address", f"The postal address is missing. {words}")


def has_address(html: str, address: str) -> bool:
    """The words of the address in their order, whatever stands between them."""
    if re.search(r"\{\{-?\s*company\.address\b", html):
        return True
    plain = re.sub(r"\W+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).casefold()
    return re.sub(r"\W+", " ", address).strip().casefold() in plain


def _templates(mail: Compiled, about: Subject, known: Set[str]) -> Iterator[Finding]:
    for name, template, escapes in (
        ("subject", about.subject, False),
        ("preheader", about.preheader, False),
        ("text part", mail.text, False),
        ("HTML", mail.html, True),
    ):
        try:
            read = liquid.parse(template, escapes)
        except liquid.LiquidError as error:
            yield Finding(Level.BLOCK, "liquid", f"In the {name}: {error}", _block_of(about.document, str(error)))
            continue
        for path in sorted(read.paths - known):
            if not path.startswith("links."):
                yield Finding(
                    Level.WARN,
                    "unknown_field",
                    f"There is no field {path}: nothing is shown.",
                    _block_of(about.document, path),
                )
            elif name == "HTML":
                yield Finding(Level.BLOCK, "unknown_link", f"There is no link {path}.", _block_of(about.document, path))
        for path in sorted(read.bare & known):
            if path.startswith(("contact.", "account.")) and path not in (
                "contact.email",
                "contact.last_name",
                "contact.id",
            ):
                words = f"{path} may be empty: give it a default, {{{{ {path} | default: '...' }}}}."
                yield Finding(Level.WARN, "no_default", words, _block_of(about.document, path))


def _subject(about: Subject) -> Iterator[Finding]:
    subject = _about(about.subject)
    if not subject:
        yield Finding(Level.BLOCK, "no_subject", "The subject is empty.")
        return
    if len(subject) > SUBJECT:
        yield Finding(
            Level.WARN, "long_subject", f"The subject has {len(subject)} characters; phones show about {SUBJECT}."
        )
    letters = [c for c in subject if c.isalpha()]
    shouted = sum(len(word) for word in SHOUTED.findall(subject))
    if len(letters) > 7 and shouted > len(letters) / 2 or "!!" in subject:
        yield Finding(Level.WARN, "shouting", "The subject shouts: capital letters or !! look like spam.")
    if words := SPAM.search(subject):
        yield Finding(Level.WARN, "spam_words", f"Spam filters dislike “{words[0]}” in a subject.")
    if not about.preheader.strip():
        yield Finding(Level.WARN, "no_preheader", "There is no preview text: inboxes show the first words of the mail.")
    elif (length := len(_about(about.preheader))) > PREHEADER:
        said = f"The preview text has {length} characters; {PREHEADER} are shown."
        yield Finding(Level.WARN, "long_preheader", said)


def _about(template: str) -> str:
    """About as long as it will be: eight letters for a value."""
    return liquid.TAG.sub(lambda tag: "" if tag[2] is None else "xxxxxxxx", template).strip()


def _links(html: str) -> Iterator[Finding]:
    block = ""
    for tag in re.finditer(f"{BLOCK.pattern}|{TAG.pattern}", html, TAG.flags):
        if tag[1]:
            block = tag[1]
        if not tag["name"]:
            continue
        given = {name.lower(): unescape(value.strip("\"'")).strip() for name, value in ATTRIBUTE.findall(tag["inside"])}
        if tag["name"].lower() == "img":
            yield from _picture(given, block)
        else:
            yield from _link(given.get("href", ""), block)


def _link(href: str, block: str) -> Iterator[Finding]:
    if href.startswith(("{{", "{%", "mailto:", "tel:", "sms:", "#")) and href != "#":
        return
    parts = urlsplit(re.sub(r"\{\{.*?\}\}", "x", href)) if "://" in href else None
    if not href or href == "#":
        yield Finding(Level.BLOCK, "empty_link", "A link leads nowhere.", block)
    elif parts is None:
        yield Finding(Level.BLOCK, "relative_link", f"This link works on our own pages only: {href[:80]}", block)
    elif parts.scheme not in ("http", "https") or not parts.hostname:
        yield Finding(Level.BLOCK, "broken_link", f"This address cannot be opened: {href[:80]}", block)
    elif parts.scheme == "http":
        yield Finding(Level.WARN, "insecure_link", f"Not encrypted: {href[:80]}", block)


def _picture(given: Mapping[str, str], block: str) -> Iterator[Finding]:
    src = given.get("src", "")
    if not src.startswith(("https://", "http://", "cid:", "data:", "{{")):
        yield Finding(
            Level.BLOCK, "broken_picture", f"A picture without a whole address: {src[:80] or '(none)'}", block
        )
    elif src.startswith("data:"):
        yield Finding(Level.WARN, "data_picture", "A picture inside the HTML: most programs do not show it.", block)
    if "alt" not in given:
        yield Finding(Level.WARN, "no_alt", "A picture does not say what it shows.", block)


def _weight(mail: Compiled) -> Iterator[Finding]:
    size = len(mail.html.encode())
    if size > CLIPPED_AT:
        yield Finding(Level.WARN, "clipped", f"The HTML has {size // 1024} kB: Gmail cuts mails off at 102 kB.")
    if not mail.text.strip():
        yield Finding(Level.WARN, "no_text", "There is no text part.")


def _blocks(document: Document) -> Iterator[Finding]:
    for block, _ in walk(document):
        props = block["props"]
        if block["kind"] == "image" and not props["src"]:
            yield Finding(Level.BLOCK, "no_picture", "No picture is chosen.", block["id"])
        elif block["kind"] == "image" and not props["alt"].strip():
            yield Finding(Level.WARN, "no_alt", "The picture does not say what it shows.", block["id"])
        elif block["kind"] == "button" and not props["href"]:
            yield Finding(Level.BLOCK, "empty_link", "The button leads nowhere.", block["id"])
        elif block["kind"] == "section" and not any(block["columns"]):
            yield Finding(Level.WARN, "empty_columns", "Nothing stands in these columns.", block["id"])


def _block_of(document: Document, words: str) -> str:
    """The first block in which the words stand."""

    def holds(value: Any) -> bool:
        return isinstance(value, str) and words in value

    return next((block["id"] for block, _ in walk(document) if any(map(holds, block["props"].values()))), "")
