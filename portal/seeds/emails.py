"""Four emails of the demo company, one of them in two languages, and its brand kit."""

from copy import deepcopy
from typing import Any

from portal.emails.models import BrandKit
from portal.emails.rules import gallery
from portal.emails.rules.document import Document, walk
from portal.emails.services import add_email, publish
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db
from portal.kernel.public import absolute

from .world import World

GERMAN = {
    "Winter is repair season": "Im Winter wird repariert",
    "Read the letter": "Zum Brief",
    "Order wear parts by 10 December": "Verschleißteile bis 10. Dezember bestellen",
    "A truing stand from two profiles": "Ein Zentrierständer aus zwei Profilen",
    "Evening rides, twelve dates": "Abendfahrten, zwölf Termine",
    "You get the workshop letter because you asked for it.": "Sie haben den Werkstattbrief bestellt.",
}
INTRO = (
    "{% if contact.first_name %}Guten Tag {{ contact.first_name }},{% else %}Guten Tag,{% endif %} der Laden ist still, die "
    "Ständer sind voll. Drei kurze Stücke für eine Woche, in der die Hände zu tun haben und das Telefon nicht."
)
FAIR = "trail-and-trade-days"  # the event that the invitation is for
BEGUN = (("Workshop letter, November", "newsletter"), ("Trail and Trade Days, invitation", "event"),
         ("Touring bicycle, launch", "launch"), ("Welcome, first mail", "welcome"))  # fmt: skip


def load(world: World) -> None:
    db.session.add(
        BrandKit(social="LinkedIn https://www.example.com/linkedin\nInstagram https://www.example.com/instagram")
    )
    for name, template in BEGUN:
        begun = deepcopy(gallery.begin(template))
        for block, _ in walk(begun["document"]):
            if template == "event" and block["kind"] == "event":
                block["props"] |= {"event": FAIR, "href": absolute(f"/event/{FAIR}?m={{{{ links.invitee }}}}")}
        made = add_email(SYSTEM, name=name, **begun)
        if template == "newsletter":
            german = {"subject": "Werkstattbrief: im Winter wird repariert", "preheader": "Bestellen, bauen, fahren"}
            add_email(
                SYSTEM, name=name, language="de", translation_of_id=made.id, document=_german(made.document), **german
            )
        publish(SYSTEM, made.id)


def _german(document: Document) -> Document:
    """The headings, buttons and the first text in German; the short pieces keep their words until somebody has time."""
    changed = deepcopy(document)
    texts = [block["props"] for block, _ in walk(changed) if block["kind"] == "text"]
    texts[0]["text"] = INTRO
    for block, _ in walk(changed):
        props: dict[str, Any] = block["props"]
        for key, value in props.items():
            props[key] = GERMAN.get(value, value) if isinstance(value, str) else value
    return changed
