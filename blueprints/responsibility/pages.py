"""What several pages of responsibility show."""

from collections.abc import Sequence

from flask import url_for

from portal.web.listing import Bulk

TABS = (
    ("Neglected", "responsibility.list_neglected"),
    ("Orphans", "responsibility.list_orphans"),
    ("White space", "responsibility.show_white_space"),
    ("Transfers", "responsibility.list_transfers"),
    ("Assignment", "responsibility.show_assignment"),
    ("Rules of engagement", "responsibility.show_engagement"),
    ("Holiday cover", "responsibility.show_cover"),
)


def parts() -> list[tuple[str, str, None]]:
    """The tabs above every page of responsibility."""
    return [(text, url_for(endpoint), None) for text, endpoint in TABS]


def bulk_transfer(listing: str) -> Sequence[Bulk]:
    """The button below a list of accounts that leads to the wizard with the picked ones."""
    return [
        Bulk(
            "Transfer…", url_for("responsibility.choose_accounts", listing=listing), "accounts.assign", name="transfer"
        )
    ]


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("Responsibility", url_for("responsibility.list_neglected")), *more]
