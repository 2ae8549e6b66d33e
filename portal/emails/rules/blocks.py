"""The kinds of block there are, and what can be set on each: forms, compiler and checks read it here."""

from collections.abc import Mapping
from textwrap import shorten
from typing import Any, NamedTuple

Block = dict[str, Any]  # {"id": "b3", "kind": "heading", "props": {...}}; a section also has "columns": lists of blocks


class Prop(NamedTuple):
    """One thing to set. kind: line, lines, rich, url, image, choice, whole, flag, code, product, event or condition."""

    name: str
    label: str
    kind: str = "line"
    default: Any = ""
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    needed: bool = False


class Kind(NamedTuple):
    label: str
    icon: str
    props: tuple[Prop, ...]

    @property
    def defaults(self) -> dict[str, Any]:
        return {prop.name: prop.default for prop in self.props}


LAYOUTS: Mapping[str, tuple[int, ...]] = {
    "1-1": (50, 50),
    "1-2": (36, 64),
    "2-1": (64, 36),
    "1-1-1": (33, 34, 33),
    "1-1-1-1": (25, 25, 25, 25),
}  # percent per column
ALIGN = Prop("align", "Alignment", "choice", "left", (("left", "Left"), ("center", "Centre"), ("right", "Right")))
WHEN = Prop(
    "when",
    "Only show when",
    "condition",
    hint='A Liquid condition, for example contact.language == "de". Empty: always',
)
TOKENS = "Fields in braces: {{ contact.first_name | default: 'there' }}"
LINK = Prop("href", "Link", "url", hint="A whole address beginning with https://, or a field in braces")
LABEL = Prop("label", "Words on the button", default="Find out more")
IMAGE = Prop("src", "Picture", "image")
ALT = Prop("alt", "What it shows", hint="Read out, and shown while pictures are blocked")

KINDS: Mapping[str, Kind] = {
    "header": Kind("Logo", "building", (ALIGN, WHEN)),
    "heading": Kind(
        "Heading",
        "heading",
        (
            Prop("text", "Text", "lines", "A heading", hint=TOKENS, needed=True),
            Prop("size", "Size", "choice", "large", (("large", "Large"), ("medium", "Medium"), ("small", "Small"))),
            ALIGN,
            WHEN,
        ),
    ),
    "text": Kind(
        "Text",
        "typography",
        (
            Prop(
                "text",
                "Text",
                "rich",
                "Write something here.",
                hint="Markdown or simple HTML: **bold**, *italic*, - list, [link](https://...). " + TOKENS,
                needed=True,
            ),
            Prop("size", "Size", "choice", "normal", (("normal", "Normal"), ("small", "Small and quiet"))),
            ALIGN,
            WHEN,
        ),
    ),
    "image": Kind(
        "Picture",
        "photo",
        (
            IMAGE,
            ALT,
            LINK,
            Prop(
                "width",
                "Width",
                "choice",
                "text",
                (("full", "Edge to edge"), ("text", "As wide as the text"), ("half", "Half")),
            ),
            WHEN,
        ),
    ),
    "button": Kind(
        "Button",
        "click",
        (
            LABEL._replace(needed=True),
            LINK._replace(needed=True),
            Prop("look", "Look", "choice", "filled", (("filled", "Filled"), ("outline", "Outline"))),
            ALIGN,
            WHEN,
        ),
    ),
    "section": Kind(
        "Columns",
        "columns",
        (
            Prop("layout", "Columns", "choice", "1-1", tuple((key, " : ".join(key.split("-"))) for key in LAYOUTS)),
            Prop("back", "Background", "choice", "", (("", "None"), ("panel", "Tinted"))),
            WHEN,
        ),
    ),
    "divider": Kind("Divider", "separator", (WHEN,)),
    "spacer": Kind("Space", "minus", (Prop("height", "Height in pixels", "whole", 24), WHEN)),
    "product": Kind(
        "Product",
        "package",
        (
            Prop("product", "Product", "product", hint="Its number or name; choosing another one fills in what is below"),
            Prop("name", "Name"),
            Prop("text", "Description", "lines"),
            Prop("price", "Price", hint="As it is to be read, for example 1,200.00 USD"),
            IMAGE,
            LABEL._replace(default="See it"),
            LINK,
            WHEN,
        ),
    ),
    "event": Kind(
        "Event",
        "ticket",
        (
            Prop("event", "Of your events", "event", hint="Choosing one fills in what is below"),
            Prop("title", "Title", default="Our event", needed=True),
            Prop("starts", "When", default="Day, hour and time zone"),
            Prop("place", "Where"),
            Prop("text", "Description", "lines"),
            LABEL._replace(default="Save my place"),
            LINK,
            WHEN,
        ),
    ),
    "quote": Kind(
        "Quote",
        "message",
        (
            Prop("text", "What was said", "lines", "It changed how we work.", needed=True),
            Prop("person", "Who said it"),
            Prop("role", "Position and company"),
            IMAGE._replace(label="Portrait"),
            WHEN,
        ),
    ),
    "social": Kind("Social links", "share", (ALIGN, WHEN)),
    "html": Kind("HTML", "code", (Prop("code", "HTML", "code", "<p>Your HTML</p>", needed=True), WHEN)),
    "footer": Kind(
        "Footer",
        "info-circle",
        (
            Prop(
                "reason",
                "Why people get this",
                "lines",
                "You get this mail because you asked for our news.",
                hint=TOKENS,
            ),
            Prop("social", "With the social links", "flag", True),
        ),
    ),
}
TEXTS = frozenset({"line", "lines", "rich", "url", "image", "code", "condition"})  # kinds of prop that are a string
SAID = ("name", "title", "text", "alt", "label")  # where the words stand that people know a block by


def name_of(block: Block) -> str:
    """As people would call it: "Button: Register now"."""
    kind, props = KINDS[block["kind"]].label, block["props"]
    said = next((props[name] for name in SAID if props.get(name)), "")
    return f"{kind}: {shorten(said, 48, placeholder=' …')}" if said else kind
