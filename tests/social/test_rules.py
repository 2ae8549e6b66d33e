"""How long posts are, and their links."""

import pytest

from portal.social.rules import length, link_for, too_long, words_for
from portal.social.states import Network

LINK = "https://www.adventure-works.example/a/very/long/address/of/a/page/about/bicycles"


def test_networks_count_a_link_in_their_own_way() -> None:
    assert length("Ride", LINK, Network.MASTODON) == 4 + 2 + 23
    assert length("Ride", LINK, Network.LINKEDIN) == 4 + 2 + len(LINK)
    assert too_long("x" * 255, LINK, Network.X) == 0
    assert too_long("x" * 256, LINK, Network.X) == 1


@pytest.mark.parametrize("network", Network)
def test_each_network_is_told_apart_in_the_link(network: Network) -> None:
    assert f"utm_source={network.value}&utm_medium=social&utm_campaign=spring" in link_for(LINK, network, "spring")
    assert link_for("", network, "spring") == ""


def test_the_link_stands_below_the_words() -> None:
    assert words_for("Ride", LINK) == f"Ride\n\n{LINK}"
    assert words_for("Ride", "") == "Ride"
