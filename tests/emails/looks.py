"""A brand and one block of each kind, for tests without a database."""

from typing import Any

from portal.emails.rules.document import Document, Spot, empty, insert, make
from portal.emails.rules.look import Look

LOOK = Look(
    "Test Cycles", "https://test-cycles.example", "#0d5c6b", "sans", "https://test-cycles.example/logo.png",
    "Test Cycles Inc., 1 Test Street, 98011 Bothell", (("LinkedIn", "https://test-cycles.example/in?a=1&b=2"),),
)  # fmt: skip
HREF = "https://test-cycles.example/?a=1&b={{ contact.id }}"
SRC = "/mail-pictures/ridge.png"
BLOCKS: dict[str, dict[str, Any]] = {
    "header": {},
    "heading": {"text": "Hello {{ contact.first_name | default: 'you' }},\n<b>& all</b>", "align": "center"},
    "text": {
        "text": "Some **bold**, a [link]({{ links.web_view }}), <u>HTML</u> and <script>alert(1)</script>.\n\n- one\n- two"
    },
    "image": {"src": SRC, "alt": 'Hills, "green"', "href": HREF, "width": "full"},
    "button": {"label": "Go & see", "href": HREF, "look": "outline", "when": 'contact.language == "de" and 1 < 2'},
    "section": {"layout": "1-2", "back": "panel"},
    "divider": {},
    "spacer": {"height": 40},
    "product": {"name": "Tyre", "text": "Wide", "price": "35.00 EUR", "src": SRC, "href": HREF},
    "event": {"title": "Ride", "starts": "Friday, 9:00", "place": "Kiel", "text": "Lights on.", "href": HREF},
    "quote": {"text": "It rolls.", "person": "Ann Ault", "role": "Owner", "src": SRC},
    "social": {"align": "right"},
    "html": {"code": "<table><tr><td style='color:red'>{{ account.name }}</td></tr></table><!-- kept -->"},
    "footer": {"reason": "You asked for it."},
}


def one(kind: str) -> Document:
    """A document with nothing but this block; columns have something in them."""
    document = insert(empty(), make(kind, **BLOCKS[kind]), Spot())
    if kind == "section":
        document = insert(document, make("text", text="Left"), Spot("b1", 0))
        document = insert(document, make("button", **BLOCKS["button"] | {"when": ""}), Spot("b1", 1))
    return document


def all_kinds() -> Document:
    document = empty()
    for kind, props in BLOCKS.items():
        document = insert(document, make(kind, **props), Spot())
    return document
