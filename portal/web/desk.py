"""What letters are written with: the links of each message, templates filled, signatures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal.consent.queries import preference_token
from portal.consent.states import Purpose
from portal.messages.queries import return_domains
from portal.messages.services import Desk

from . import mailserver

if TYPE_CHECKING:
    from portal.runtime.settings import Settings


def desk(settings: "Settings") -> Desk:
    """For one turn of a sender."""
    backs = return_domains()
    return Desk(
        links=lambda row: Links(settings.public_url, row),
        fill=lambda template, values: template,
        signer=mailserver.signers(settings),
        return_domain=lambda domain: backs.get(domain, ""),
    )


@dataclass(frozen=True)
class Links:
    """Of one message, as its row."""

    base: str
    row: Any

    @property
    def token(self) -> str:
        return preference_token(self.row.channel, self.row.address) or ""

    @property
    def one_click(self) -> str:
        token = self.token if self.row.purpose == Purpose.COMMERCIAL else ""
        return f"{self.base}/c/{token}/one-click" if token else ""

    def named(self) -> Mapping[str, str]:
        page = f"{self.base}/c/{self.token}"
        return {"unsubscribe": page, "preferences": page}

    def track(self, html: str) -> str:
        return html
