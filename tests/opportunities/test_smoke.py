from .makers import *


def test_pages(client_of):
    d = ready()
    c = client_of("rep")
    for url in ("/opportunities", "/opportunities/board", f"/opportunities/{d.id}", "/opportunities/new", f"/opportunities/new?account={d.account_id}", f"/opportunities/{d.id}/edit", f"/opportunities/{d.id}/closing", f"/opportunities/{d.id}/closing?as=lost", f"/opportunities/{d.id}/stage?to=develop", f"/leads/{lead().id}/qualification"):
        r = c.get(url)
        assert r.status_code == 200, (url, r.text[-800:])
