"""What letters are written with: the links of each message, templates filled, signatures."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from portal.consent.queries import unsubscribe_token
from portal.consent.states import Purpose
from portal.emails.queries import values_of
from portal.messages.queries.servers import return_domains
from portal.messages.rules.tracking import fill, make_token
from portal.messages.services import Desk

from . import mailserver

if TYPE_CHECKING:
    from portal.runtime.settings import Settings


def desk(settings: "Settings") -> Desk:
    """For one turn of a sender."""
    backs = return_domains()
    return Desk(
        links=lambda row: Links(settings.public_url, row),
        values_of=values_of,
        signer=mailserver.signers(settings),
        return_domain=lambda domain: backs.get(domain, ""),
    )


@dataclass
class Links:
    """Of one message, as its row."""

    base: str
    row: Any

    @cached_property
    def page(self) -> str:
        token = unsubscribe_token(self.row.channel, self.row.address, self.row.topic_id, self.row.id)
        return f"{self.base}/c/{token}"

    @cached_property
    def one_click(self) -> str:
        return f"{self.page}/one-click" if self.row.purpose == Purpose.COMMERCIAL else ""

    def named(self) -> Mapping[str, str]:
        token = make_token(self.row.id, self.row.content_id)
        return {
            "unsubscribe": self.page, "preferences": self.page, "web_view": f"{self.base}/e/v/{token}", "invitee": token,
        }  # fmt: skip

    def track(self, html: str) -> str:
        return fill(html, self.row.id, self.row.content_id, self.base, tracked=self.row.tracked)
