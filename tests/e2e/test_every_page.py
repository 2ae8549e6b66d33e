"""Every page of the portal in a browser, on a phone, in light or dark, as somebody who may see it."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from jinja2 import Template
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from portal.kernel import public
from portal.kernel.db import db
from tests.architecture import permission_table as table
from tests.architecture import samples

from .walker import PHONE, Walker

pytestmark = pytest.mark.browser


@pytest.fixture
def address(live_app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, live_app, threaded=True)
    home, settings = f"http://127.0.0.1:{server.server_port}", live_app.extensions["settings"]
    live_app.extensions["settings"] = settings.model_copy(update={"public_url": home, "staff_url": home})
    public.reached_at(home)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield home
    public.reached_at(settings.public_url)
    server.shutdown()
    thread.join()
    server.server_close()


def pages(app: Flask, home: str, cookies: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Who may read it, and the address: one for each template of a page; files and what stands in a frame are none."""
    drawn: list[str | None] = []
    client = FlaskClient(app, use_cookies=False)

    def note(sender: Flask, template: Template, **rest: object) -> None:
        drawn.append(template.name)

    seen: set[str | None] = set()
    with template_rendered.connected_to(note, app):
        for endpoint, method, url in table.routes(app, samples.make()):
            allowed = table.expected()[endpoint, method]
            reader = next((person for person in table.PEOPLE if allowed[person] == "ok"), None)
            if method != "GET" or reader is None:
                continue
            drawn.clear()
            signed_in = {"Cookie": f"session={cookies[reader]}"}
            answer = client.get(url or "", base_url=home, headers=signed_in, buffered=True)
            page = answer.data.startswith(b"<!doctype html>") and answer.status_code == 200 and drawn
            if page and drawn[-1] not in seen and "sandbox" not in answer.headers["Content-Security-Policy"]:
                seen.add(drawn[-1])
                yield reader, url or ""


def test_every_page_is_accessible_narrow_and_quiet(live_app: Flask, address: str, chromium: Browser) -> None:
    cookies = table.cookies(live_app)
    found = sorted(pages(live_app, address, cookies))
    assert len(found) > 150
    db.session.remove()
    walker = Walker(chromium, address, javascript=True, size=PHONE)
    now = ""
    for number, (reader, url) in enumerate(found):
        walker.themes = [("light", "dark")[number % 2]]
        if reader != now:
            walker.become(cookies[now := reader])
        walker.go(url)
    walker.close()
    assert not walker.problems, "\n".join(walker.problems)
