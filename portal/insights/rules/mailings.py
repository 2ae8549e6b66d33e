"""The figures of a mailing and the rates made of them."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple


class Figures(Counter[str]):
    """Counts by name, as `Tally` has them; what was not counted is 0."""

    @property
    def delivered(self) -> int:
        return self["sent"] - self["bounced"]

    @property
    def waiting(self) -> int:
        apart = ("sent", "suppressed", "failed", "uncertain", "cancelled")
        return self["recipients"] - sum(self[name] for name in apart)

    def number(self, name: str) -> int:
        return self.delivered if name == "delivered" else self.waiting if name == "waiting" else self[name]

    def share(self, part: str, whole: str) -> float | None:
        """None: of nothing there is no share."""
        return self.number(part) / self.number(whole) if self.number(whole) else None


class Rate(NamedTuple):
    """`human` names the figure without machines, where there is one."""

    key: str
    label: str
    part: str
    whole: str
    why: str
    human: str = ""


RATES: Mapping[str, Rate] = {
    rate.key: rate
    for rate in (
        Rate(
            "delivered", "Delivered", "delivered", "sent",
            "Sent less bounced. A server may still have put the mail where nobody looks.",
        ),
        Rate(
            "opened", "Open rate", "opened", "delivered",
            "Everybody who opened or clicked, once, out of the delivered. By people: without the mail services that fetch "
            "every picture and without scanners. Who reads without pictures is not seen.",
            "human_opened",
        ),
        Rate(
            "clicked", "Click rate", "clicked", "delivered",
            "Everybody who clicked, once, out of the delivered. Clicks on the way out of the list are shown, but left out. "
            "By people: without scanners that follow every link.",
            "human_clicked",
        ),
        Rate(
            "click_to_open", "Clicked of opened", "clicked", "opened",
            "Of those who opened, how many clicked: what the content did, whatever the subject did.",
            "human_clicked",
        ),
        Rate(
            "replied", "Reply rate", "replied", "delivered",
            "Answers by people, out of the delivered; automatic ones left out.",
        ),
        Rate(
            "converted", "Conversion rate", "converted", "delivered",
            "Who clicked and within seven days came in as a lead, was in a new deal or was sent an invoice, out of the "
            "delivered.",
        ),
        Rate(
            "bounced", "Bounce rate", "bounced", "sent",
            "Refused by the recipient's server, at once or later, out of the sent.",
        ),
        Rate(
            "unsubscribed", "Unsubscribe rate", "unsubscribed", "delivered",
            "Who left the list by this mail, out of the delivered.",
        ),
        Rate(
            "complained", "Complaint rate", "complained", "delivered",
            "Who called it spam, as far as providers tell, out of the delivered.",
        ),
    )
}  # fmt: skip
FUNNEL = (
    ("sent", "Sent", "sent"),
    ("delivered", "Delivered", "delivered"),
    ("opened", "Opened", "human_opened"),
    ("clicked", "Clicked", "human_clicked"),
    ("replied", "Replied", "replied"),
    ("converted", "Converted", "converted"),
)  # figure, name, figure by people
