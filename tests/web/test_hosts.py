"""Staff pages do not exist on the public host, nor do cookies of staff."""

import pytest

from portal.kernel import files
from portal.kernel.db import db, unit_of_work
from portal.web import hosts
from portal.workspace.models import StoredFile


@pytest.fixture
def two_hosts(app, monkeypatch):
    settings = app.extensions["settings"]
    monkeypatch.setitem(settings.__dict__, "staff_url", "https://portal.staff.test")
    monkeypatch.setitem(settings.__dict__, "public_url", "https://www.customers.test")


@pytest.mark.parametrize("path", ["/leads", "/signin", "/settings", "/", "/users"])
def test_what_belongs_to_staff_is_not_on_the_public_host(two_hosts, client_of, path):
    client = client_of("admin")

    assert client.get(path, base_url="https://www.customers.test").status_code == 404
    assert client.get(path, base_url="https://portal.staff.test").status_code in (200, 303, 302, 403)


def test_what_is_public_is_there(two_hosts, client):
    assert client.get("/healthz", base_url="https://www.customers.test").status_code == 200


def test_a_file_address_ends_after_a_minute_and_cannot_be_made_up(app, client, monkeypatch):
    stored = StoredFile(
        noun_of="accounts", record_id=1, name="a.txt", media_type="text/plain", size=5, key=files.put(b"plain"),
        uploaded_by="Ann",
    )  # fmt: skip
    with unit_of_work():
        db.session.add(stored)
    with app.test_request_context():
        path = hosts.send_to_file(stored.id).location.removeprefix("http://portal.test")

    assert client.get(path).data == b"plain"
    assert client.get(path[:-2] + "xx").status_code == 404
    monkeypatch.setattr(hosts, "MINUTE", -1)
    assert client.get(path).status_code == 404
