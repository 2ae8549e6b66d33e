"""The queue server and the workers go away while people work: no request fails, and nothing is lost."""

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from itertools import count
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest
from redis import Redis
from sqlalchemy import NullPool, create_engine, text

from .conftest import Portal, running_portal

pytestmark = pytest.mark.browser

FORM = "/p/reseller-programme"
READ_FIRST = 3.3  # seconds: a form that comes back sooner was filled in by a machine
PATIENCE = 60.0  # seconds until everything that was sent must have become a lead
numbers = count(1)


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """One of its own; visitors seem to come from many addresses."""
    with running_portal(TRUSTED_PROXIES="1") as running:
        yield running


def stop_queue_server(portal: Portal) -> None:
    """It hangs: connections stay open and nothing is answered."""
    stopped = portal.processes()["valkey"]
    os.kill(stopped, signal.SIGSTOP)
    time.sleep(4)
    os.kill(stopped, signal.SIGCONT)


def flush_queue_server(portal: Portal) -> None:
    with Redis(unix_socket_path=str(portal.folder / "valkey.sock")) as server:
        for _ in range(10):
            server.flushall()
            time.sleep(0.2)


def kill(*names: str) -> Callable[[Portal], None]:
    def act(portal: Portal) -> None:
        for name in names:
            portal.kill(name)
            time.sleep(1)

    return act


FAULTS = {
    "stopped": stop_queue_server,
    "flushed": flush_queue_server,
    "killed": kill("valkey", "valkey"),
    "worker killed": kill("worker-default", "worker-default"),
    "scheduler and queue server killed": kill("schedule", "valkey"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_no_request_fails_and_every_submission_becomes_a_lead(portal: Portal, fault: Callable[[Portal], None]) -> None:
    visitor, rep = build_opener(), signed_in(portal)
    emails = [f"fault{next(numbers)}@lost-and-found.example" for _ in range(24)]
    forms = [(email, token_of(visitor, portal)) for email in emails]
    time.sleep(READ_FIRST)
    accident = threading.Thread(target=fault, args=(portal,))
    accident.start()
    for number, (email, token) in enumerate(forms):
        send(visitor, portal, email, token, number)
        for page in ("/work", "/leads", "/opportunities/board")[number % 3 :][:1]:
            assert "Linda Mitchell" in read(rep, portal.url + page)
        time.sleep(0.2)
    accident.join()
    deadline = time.monotonic() + PATIENCE
    while (missing := set(emails) - leads(portal)) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert not missing


def read(opener: OpenerDirector, url: str) -> str:
    """An error of any kind raises."""
    with opener.open(url, timeout=20) as answer:
        body: bytes = answer.read()
        return body.decode()


def found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    assert match, page[:500]
    return match[1]


def token_of(visitor: OpenerDirector, portal: Portal) -> str:
    return found(r'name="token"[^>]*value="([^"]+)"', read(visitor, portal.url + FORM))


def send(visitor: OpenerDirector, portal: Portal, email: str, token: str, number: int) -> None:
    typed = {
        "name": "Fay Fault",
        "email": email,
        "company": "",
        "country": "US",
        "phone": "",
        "message": "",
        "consent": "y",
    }
    request = Request(portal.url + FORM, urlencode(typed | {"website": "", "token": token}).encode())
    request.add_header("X-Forwarded-For", f"203.0.113.{number}")
    with visitor.open(request, timeout=20) as answer:
        assert answer.url.endswith("/thanks")


def signed_in(portal: Portal) -> OpenerDirector:
    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    page = read(opener, portal.url + "/signin")
    block = found(r'(?s)(<form[^>]*action="/demo-signin/\d+">(?:(?!</form>).)*Linda Mitchell)', page)
    action, csrf = found(r'action="([^"]+)"', block), found(r'name="csrf_token" value="([^"]+)"', block)
    request = Request(portal.url + action, urlencode({"csrf_token": csrf, "next": ""}).encode())
    with opener.open(request, timeout=20) as answer:
        assert answer.status == 200
    return opener


def leads(portal: Portal) -> set[str]:
    engine = create_engine(f"sqlite:///{portal.folder}/portal.db", poolclass=NullPool)
    with engine.connect() as connection:
        return set(connection.scalars(text("SELECT email FROM lead WHERE email LIKE 'fault%'")))
