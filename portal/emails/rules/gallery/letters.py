"""The words of the templates."""

from collections.abc import Mapping, Sequence
from typing import Any

HELLO = "Hello {{ contact.first_name | default: 'there' }},"
HERE = "https://www.example.com/"


def _picture(name: str, alt: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "image", {"src": f"/mail-pictures/{name}.png", "alt": alt, **more}


def _story(picture: str, alt: str, title: str, text: str, link: str) -> tuple[str, dict[str, Any], Sequence[Any]]:
    words = [("heading", {"text": title, "size": "small"}), ("text", {"text": f"{text} [{link}]({HERE})"})]
    return "section", {"layout": "1-2"}, [[_picture(picture, alt)], words]


def _figure(value: str, words: str) -> Sequence[Any]:
    return [("heading", {"text": value, "size": "medium"}), ("text", {"text": words, "size": "small"})]


def _footer(reason: str) -> tuple[str, dict[str, Any]]:
    return "footer", {"reason": reason}


HEADER: tuple[str, dict[str, Any]] = ("header", {})
RULE: tuple[str, dict[str, Any]] = ("divider", {})


def _heading(text: str, size: str = "large") -> tuple[str, dict[str, Any]]:
    return "heading", {"text": text, "size": size}


def _text(text: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "text", {"text": text, **more}


def _button(label: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "button", {"label": label, "href": HERE, **more}


# key -> (label, what it is for, subject, preview text, blocks)
LETTERS: Mapping[str, tuple[str, str, str, str, Sequence[Any]]] = {
    "newsletter": (
        "Newsletter",
        "One lead story and three short ones, once a month",
        "Workshop letter: winter is repair season",
        "What to order now, a stand you can build yourself, and twelve evening rides",
        [
            HEADER,
            _picture("ridge", "Bicycle in front of green hills", width="full"),
            _heading("Winter is repair season"),
            _text(f"{HELLO} the shop is quiet and the stands are full. Three short pieces for a week in which hands are busy, "
                  "and the phone is not."),
            _button("Read the letter"),
            RULE,
            _story("bike", "Touring bicycle from the side", "Order wear parts by 10 December",
                   "Chains and pads in stock today reach you before the holidays.", "See stock"),
            _story("wheel", "Wheel with its spokes", "A truing stand from two profiles",
                   "Accurate to half a millimetre, which is enough.", "Get the drawing"),
            _story("dusk", "Hills at dusk", "Evening rides, twelve dates",
                   "On Thursdays. Lights are required, soup is served.", "Find yours"),
            _footer("You get the workshop letter because you asked for it."),
        ],
    ),
    "launch": (
        "Product launch",
        "A new product: one picture, three figures, one button",
        "The new touring bicycle: forty kilos of luggage and steady",
        "Longer behind, heavier where it counts. Ready to be ordered from today",
        [
            HEADER,
            _picture("bike", "The new touring bicycle from the side", width="full"),
            _heading("The long way is the good way"),
            _text("We moved the rear wheel back by 18 mm, and forty kilos of luggage stopped steering. "
                  "{{ contact.first_name | default: 'You' }} can order it from today."),
            ("section", {"layout": "1-1-1"}, [_figure("14.9 kg", "ready to ride, with lights and racks"),
                                              _figure("40 kg", "of luggage, tested on cobbles"),
                                              _figure("9 sizes", "46 to 62 cm, two colours")]),
            _button("See the bicycle"),
            RULE,
            _heading("Book a test ride", "medium"),
            _text(f"One week, any size, delivered and collected. [Choose a week]({HERE})"),
            _footer("You get this mail because you asked for news about our products."),
        ],
    ),
    "event": (
        "Event invitation",
        "An invitation to come, with programme and a button to register",
        "Two days in Hamburg: will you come?",
        "12 and 13 February, doors open at half past eight, coffee is ready",
        [
            HEADER,
            _picture("contour", "A route drawn over contour lines", width="full"),
            _heading("See you in Hamburg"),
            _text(f"{HELLO} two days of trails, trade and talk. Your seat is kept until 5 February."),
            ("event", {"title": "Trail and Trade Days", "starts": "Friday, 12 February, 9:00 to 17:30 CET",
                       "place": "Fischauktionshalle, Hamburg", "label": "Keep my seat", "href": HERE}),
            RULE,
            _heading("On the programme", "medium"),
            _text("- **9:30** What riders will ask for next year\n- **10:45** Brake bleeding without the mess\n"
                  "- **14:00** Margins on service"),
            _text(f"You cannot come? [Tell us]({HERE}), and we send you the recordings.", size="small"),
            _footer("You get this mail because you visited us before."),
        ],
    ),
    "webinar": (
        "Webinar",
        "An hour online: what one learns, who speaks, when it is",
        "What an hour of service really costs",
        "Twelve workshops opened their books. Tuesday, 1 December, 16:00 CET",
        [
            HEADER,
            _picture("wheel", "Spokes of a wheel", width="full"),
            _heading("What an hour of service really costs"),
            _text(f"{HELLO} twelve workshops opened their books. We show what they charge, what it costs them, and the two "
                  "changes that paid off."),
            ("event", {"title": "Webinar, 45 minutes", "starts": "Tuesday, 1 December, 16:00 CET", "place": "Online",
                       "label": "Save my place", "href": HERE}),
            _text("1. Twelve workshops, one chart\n2. From list price to real margin, with a sheet\n3. Your questions"),
            ("quote", {"text": "I raised one price and lowered another. Both were wrong before.", "person": "Amy Alberts",
                       "role": "Workshop owner"}),
            _text("Register even if you cannot make it: the recording comes by mail.", size="small"),
            _footer("You get this mail because you chose “Events and webinars”."),
        ],
    ),
    "welcome": (
        "Welcome",
        "The first mail after somebody signed up: what comes next",
        "Welcome aboard{% if contact.first_name %}, {{ contact.first_name }}{% endif %}",
        "Two more short mails, then one letter a month",
        [
            HEADER,
            _picture("dusk", "Hills at dusk", width="full"),
            _heading("Welcome aboard"),
            _text(f"{HELLO} we build bicycles that come back for service, not for warranty. In the next two weeks you get two "
                  "more short mails, then one letter a month."),
            _text("1. **Today:** say what interests you, so that we send less\n2. **In four days:** five parts that every shop "
                  "should stock\n3. **In ten days:** somebody to talk to, with a face and a number"),
            ("button", {"label": "Choose your topics", "href": "{{ links.preferences }}"}),
            _footer("You get this mail because you signed up on our page."),
        ],
    ),
    "reengage": (
        "Re-engagement",
        "To people who have not opened a mail for long: stay or go",
        "Shall we keep writing?",
        "One press keeps you on the list. If we hear nothing, we stop by ourselves",
        [
            HEADER,
            _heading("Shall we keep writing?"),
            _text(f"{HELLO} you have not opened a letter from us for some months. That is fine. Tell us what suits you:"),
            ("button", {"label": "Keep me on the list", "href": "{{ links.preferences }}"}),
            ("button", {"label": "Fewer mails, please", "href": "{{ links.preferences }}", "look": "outline"}),
            _text("Or [take me off]({{ links.unsubscribe }}). No reason needed, no further question."),
            _text("If we hear nothing in three weeks, we stop.", size="small"),
            _footer("You get this mail because you have been on our list for more than half a year."),
        ],
    ),
    "offer": (
        "Offer",
        "A few products at a price, until a day",
        "15 % on what wears out in winter",
        "Tyres, chains, pads and lights, from 25 pieces per article, until Sunday",
        [
            HEADER,
            _picture("autumn", "Bicycle in front of autumn hills", width="full"),
            _heading("15 % on what wears out in winter"),
            _text(f"{HELLO} tyres, chains, pads and lights from 25 pieces per article. The price is in your list already; there "
                  "is no code to type."),
            ("section", {"layout": "1-1", "back": "panel"}, [
                [("product", {"name": "Mountain tyre", "price": "29.75 EUR instead of 35.00", "href": HERE, "label": "Order"})],
                [("product", {"name": "Chain", "price": "17.20 EUR instead of 20.24", "href": HERE, "label": "Order"})]]),
            _text("Net prices while stock lasts, beside the lowest of the last 30 days.", size="small"),
            _footer("You get this mail because you chose “Offers”."),
        ],
    ),
    "story": (
        "Customer story",
        "How somebody solved a problem, in figures and their own words",
        "Nineteen days became nine",
        "A shop in Kiel had the mechanics but never the parts. What changed",
        [
            HEADER,
            _heading("Nineteen days became nine"),
            _text("A shop in Kiel had the mechanics but never the parts. A shelf on consignment and bookable stands turned the "
                  "queue into a plan."),
            ("section", {"layout": "1-1-1", "back": "panel"}, [_figure("- 53 %", "waiting time for a service"),
                                                               _figure("+ 31 %", "services sold in a year"),
                                                               _figure("0", "new people hired")]),
            ("quote", {"text": "The shelf is full on Mondays, and we stopped saying sorry.", "person": "John Ault",
                       "role": "Owner, Pedaling Components"}),
            _button("Read the story, 4 minutes"),
            _footer("You get this mail because you chose “Stories from shops”."),
        ],
    ),
    "letter": (
        "Plain letter",
        "A few lines from one person, without pictures",
        "A short question{% if account.name %} about {{ account.name }}{% endif %}",
        "Ten minutes on the phone, and I know whether I can be of use",
        [
            _text(f"{HELLO}\n\nI look after shops in your region. Ten minutes on the phone, and I know whether I can help "
                  "{{ account.name | default: 'your company' }}. If not, I say so.\n\nWould Tuesday suit you? Simply answer "
                  "this mail.\n\nKind regards\n\nRachel Valdez"),
            _footer("You get this mail because we spoke before."),
        ],
    ),
}  # fmt: skip
