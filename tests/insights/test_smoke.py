import pytest

from tests.opportunities.makers import *


@pytest.mark.parametrize("who", ["rep", "manager", "leader", "operator", "marketer", "finance", "hr", "admin"])
def test_pages(client_of, who):
    d = ready(); deal(close_on=date(2020,1,1)); lead()
    deal(state=OpportunityState.WON, actual_revenue=Decimal(10))
    c = client_of(who)
    for url in ("/", "/work", "/dashboard", "/dashboard?period=year", "/search", "/search?q=deal", "/audit", "/health", "/targets", "/healthz", "/metrics", "/opportunities"):
        r = c.get(url)
        assert r.status_code in (200, 403), (url, r.text[-800:])
