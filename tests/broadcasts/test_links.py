"""The links of a mailing name its campaign."""

import pytest

from portal.broadcasts.rules.links import in_campaign
from portal.messages.rules.tracking import FoundLink


def link(url: str, role: str = "") -> FoundLink:
    return FoundLink(0, url, "b1", role)


def test_a_link_gets_the_campaign_and_the_variant() -> None:
    made = in_campaign(link("https://shop.example/spring?size=54"), "spring", "B").url
    assert made == (
        "https://shop.example/spring?size=54&utm_source=newsletter&utm_medium=email&utm_campaign=spring&utm_content=B"
    )


@pytest.mark.parametrize(
    "same",
    [
        link("https://shop.example/{{ contact.country }}"),
        link("https://shop.example/?utm_campaign=mine"),
        link("https://portal.example/c/x", "unsubscribe"),
        link("mailto:sales@shop.example"),
    ],
)
def test_others_stay_as_they_are(same: FoundLink) -> None:
    assert in_campaign(same, "spring", "A") == same


def test_without_a_campaign_nothing_is_added() -> None:
    assert in_campaign(link("https://shop.example/"), "", "A").url == "https://shop.example/"
