"""A mailing from nothing, in a browser: a segment, a mail, two subjects, RECIPIENTS of them, and the report."""

import csv
import email
import email.policy
import html
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from playwright.sync_api import Browser, expect

from portal.runtime.settings import ROOT

from .conftest import Portal, running_portal
from .walker import Walker

pytestmark = pytest.mark.browser

RECIPIENTS = int(os.environ.get("RECIPIENTS", "10000"))
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
PATIENCE = 240.0  # seconds for ten thousand mails


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the mail server keeps what it takes, a file each."""
    folder = tmp_path_factory.mktemp("mails")
    for one in (folder, *list(folder.parents)[:3]):
        one.chmod(0o777)
    return folder


@pytest.fixture(scope="module")
def server(mails: Path) -> Iterator[int]:
    """A real mail server that takes everything; its port."""
    program = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("there is no smtp-sink: apt-get install postfix")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen([program, "-u", "nobody", "-d", f"{mails}/", f"127.0.0.1:{port}", "1000"]) as sink:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.02)
        yield port
        sink.terminate()


@pytest.fixture(scope="module")
def portal(server: int) -> Iterator[Portal]:
    with running_portal(SMTP_URL=f"smtp://127.0.0.1:{server}", OUTBOUND_PRIVATE="1") as running:
        yield running


def import_contacts(portal: Portal) -> None:
    """Ten thousand people who said yes, from a file."""
    file = portal.folder / "riders.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["first_name", "last_name", "email", "job_title", "consent"])
        rows.writerows(
            [f"Ann{n}", f"Rider{n}", f"rider{n}@bikes{n % 40}.example", "Test rider", "yes"] for n in range(RECIPIENTS)
        )
    command = [
        sys.executable,
        "-m",
        "portal",
        "import",
        "contacts",
        str(file),
        "--as",
        "karen.berg@adventure-works.example",
        "--json",
    ]
    environment = os.environ | {"DATA_DIR": str(portal.folder)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["added"] == RECIPIENTS, done.stdout


def test_from_nothing_to_the_report(portal: Portal, mails: Path, chromium: Browser) -> None:
    import_contacts(portal)
    marketer = Walker(chromium, portal.url, javascript=True, themes="")
    marketer.sign_in("Wanida Benshoof")
    build_segment(marketer)
    design_mail(marketer)
    mailing = write_broadcast(marketer)
    agree_on_a_test(marketer, mailing)
    send(marketer, mailing)
    follow_links(portal, mails)
    end_the_test(marketer, mailing)
    read_report(marketer, mailing)
    assert marketer.problems == []
    marketer.close()


def build_segment(marketer: Walker) -> None:
    page = marketer.page
    marketer.go("/segments/new")
    marketer.click(page.get_by_role("link", name="Empty rule"))
    page.get_by_label("Name", exact=True).fill("Test riders")
    page.get_by_role("button", name="Condition").first.click()
    leaf = page.get_by_role("group", name="Condition 1")
    leaf.get_by_label("What is asked about").select_option(label="Job title")
    expect(leaf.get_by_role("textbox", name="Value")).to_be_visible()  # the one of a text, not that of a country
    leaf.get_by_label("Comparison").select_option(label="is")
    leaf.get_by_label("Value").fill("Test rider")
    leaf.get_by_label("Value").press("Tab")
    expect(page.get_by_role("heading", name=re.compile(f"{RECIPIENTS:,} contacts now"))).to_be_visible()
    marketer.click(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("heading", name="Test riders")).to_be_visible()


def design_mail(marketer: Walker) -> None:
    page = marketer.page
    marketer.go("/emails/new")
    page.get_by_label("Name").fill("Spring ride")
    marketer.click(page.get_by_role("button", name="Begin"))
    page.get_by_label("Blocks to add").get_by_role("button", name="Button", exact=True).click()
    expect(page.get_by_role("group", name="Button", exact=True)).to_be_visible()
    page.get_by_label("Link").fill("https://www.adventure-works.example/spring")
    marketer.click(page.get_by_role("button", name="Apply"))
    page.get_by_label("Subject").fill("Ride with us, {{ contact.first_name }}")
    marketer.click(page.get_by_role("button", name="Save subject"))
    marketer.click(page.get_by_role("button", name="Publish"))
    expect(page.get_by_text("version 1")).to_be_visible()


def write_broadcast(marketer: Walker) -> str:
    page = marketer.page
    marketer.go("/broadcasts/new")
    page.get_by_label("Name").fill("Spring ride")
    page.get_by_label("To", exact=True).select_option(label="Test riders")
    marketer.click(page.get_by_role("button", name="Go on"))
    mailing = urlsplit(page.url).path
    marketer.click(page.get_by_role("link", name="Change", exact=True))
    page.get_by_label(re.compile("^Email")).select_option(label="Spring ride")
    marketer.click(page.get_by_role("button", name="Save"))
    return mailing


def agree_on_a_test(marketer: Walker, mailing: str) -> None:
    """Two subjects; a fifth of the audience decides which of them the rest gets."""
    page = marketer.page
    marketer.go(mailing)
    marketer.click(page.get_by_role("button", name="Add a variant to compare"))
    marketer.go(f"{mailing}/variants/B")
    page.get_by_label("Subject").fill("Is your bicycle ready, {{ contact.first_name }}?")
    marketer.click(page.get_by_role("button", name="Save"))
    marketer.go(f"{mailing}/test")
    page.get_by_label("Percent of the audience in the test").fill("20")
    marketer.click(page.get_by_role("button", name="Set up the test"))
    expect(page.get_by_text("Set up", exact=True)).to_be_visible()


def send(marketer: Walker, mailing: str) -> None:
    page = marketer.page
    marketer.go(f"{mailing}/start")
    expect(page.get_by_text(f"{RECIPIENTS:,}").first).to_be_visible()
    marketer.click(page.get_by_role("button", name=f"Send to {RECIPIENTS:,}"))


def follow_links(portal: Portal, mails: Path) -> int:
    """Some of those who got the mail read it and press its button. Returns how many."""
    deadline = time.monotonic() + PATIENCE
    while len(found := [one for one in mails.iterdir() if b"List-Unsubscribe" in one.read_bytes()]) < 100:
        assert time.monotonic() < deadline, f"{len(found)} mails arrived"
        time.sleep(0.5)
    time.sleep(5)  # who clicks sooner is a machine
    for file in found[:20]:
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        body = mail.get_body(("html",))
        assert body is not None
        link = re.search(rf"{re.escape(portal.url)}/e/c/[^\"]+", body.get_content())
        assert link is not None
        asked = Request(html.unescape(link[0]), headers={"User-Agent": BROWSER})
        with suppress(HTTPError):
            build_opener(Stay()).open(asked)
    return 20


class Stay(HTTPRedirectHandler):
    """Nobody goes to another host from a test."""

    def redirect_request(self, *args: Any) -> None:
        return None


def end_the_test(marketer: Walker, mailing: str) -> None:
    page = marketer.page
    marketer.go(f"{mailing}/test")
    page.get_by_label("Variant B").check()
    marketer.click(page.get_by_role("button", name="End the test"))
    expect(page.get_by_text(re.compile("Decided .* by Wanida Benshoof"))).to_be_visible()


def read_report(marketer: Walker, mailing: str) -> None:
    page = marketer.page
    marketer.go(mailing)
    marketer.until(page.get_by_text("Sent", exact=True), PATIENCE)
    marketer.go(f"{mailing}/report")
    marketer.until(page.get_by_text(f"{RECIPIENTS:,} sent"), PATIENCE)
    clicked = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Clicked"))
    marketer.until(clicked.get_by_text(re.compile("^20$")), PATIENCE)
    marketer.go(f"{mailing}/clicks")
    marketer.go(f"/broadcasts/recipients?broadcast={mailing.rpartition('/')[2]}")
