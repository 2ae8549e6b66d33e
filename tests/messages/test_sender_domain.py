"""The wizard for SPF, DKIM, DMARC and the return path, asked of a DNS server that is really there."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dns.resolver
import pytest

from portal.kernel.db import db
from portal.messages.models import SenderDomain
from portal.web import dns as asking
from tests.conftest import Client

ClientOf = Callable[[str], Client]
SPF, DKIM, DMARC = "news.example TXT", "portal._domainkey.news.example TXT", "_dmarc.news.example TXT"
KEY = "MIIB" + "x" * 388  # longer than one string of a TXT record may be
RIGHT: dict[str, Any] = {
    SPF: ["google-site-verification=1", "v=spf1 include:_spf.provider.example ~all"],
    "_spf.provider.example TXT": ["v=spf1 ip4:192.0.2.0/24 a:out.provider.example ~all"],
    DKIM: [f"v=DKIM1; k=rsa; p={KEY}"],
    DMARC: ["v=DMARC1; p=quarantine; rua=mailto:postmaster@news.example"],
}


class Nameserver:
    def __init__(self, zone: Path) -> None:
        self.zone = zone
        self.has(RIGHT)

    def has(self, records: dict[str, Any]) -> None:
        self.zone.write_text(json.dumps(records))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Nameserver, int]]:
    running = Nameserver(tmp_path_factory.mktemp("dns") / "zone.json")
    command = [sys.executable, "-m", "tests.messages.dns_server", str(running.zone)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield running, int(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture
def nameserver(server: tuple[Nameserver, int], monkeypatch: pytest.MonkeyPatch) -> Nameserver:
    """The one that this machine asks."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server[1]
    monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
    return server[0]


@pytest.fixture
def page(nameserver: Nameserver, client_of: ClientOf) -> Callable[[dict[str, Any]], str]:
    """What the wizard says when DNS has the right records but for the `changed` ones."""
    domain = SenderDomain(
        domain="news.example", private_key="sealed", public_key=KEY, signing=True, spf_include="_spf.provider.example"
    )
    db.session.add(domain)
    db.session.commit()
    admin, here = client_of("admin"), f"/sender-domains/{domain.id}"

    def ask(changed: dict[str, Any]) -> str:
        nameserver.has(RIGHT | changed)
        assert admin.post(f"{here}/check", data={}).status_code == 303
        return admin.get(here).text

    return ask


def test_what_is_right_needs_no_change(page: Callable[..., str]) -> None:
    said = page({})
    assert "Everything is as it should be." in said
    assert said.count("In order") == 3
    assert "It is our key." in said


@pytest.mark.parametrize(
    ("changed", "todo", "value"),
    [
        ({SPF: []}, "Add this record.", "v=spf1 include:_spf.provider.example ~all"),
        (
            {SPF: ["v=spf1 mx ~all", "v=spf1 include:_spf.provider.example -all"]},
            "Servers read none of 2 SPF records: delete all of them and add this one, which says the same.",
            "v=spf1 include:_spf.provider.example mx -all",
        ),
        (
            {SPF: ["v=spf1 mx -all"]},
            "It does not name our server: change it to this, with include:_spf.provider.example in it.",
            "v=spf1 include:_spf.provider.example mx -all",
        ),
        (
            {SPF: ["v=spf1 include:_spf.provider.example +all"]},
            "It lets everybody send in your name: change its end to ~all.",
            "v=spf1 include:_spf.provider.example ~all",
        ),
        (
            {"_spf.provider.example TXT": ["v=spf1 " + " ".join(f"a:s{number}.example" for number in range(10))]},
            "It makes servers ask DNS more than 10 times",
            "",
        ),
        (
            {SPF: ["v=spf1 include:_spf.provider.example include:gone.example ~all"]},
            "gone.example has no SPF record, so servers give up on yours: take it out, or mend its spelling.",
            "",
        ),
        ({DKIM: []}, "Add this record.", f"v=DKIM1; k=rsa; p={KEY}"),
        ({DKIM: ["v=DKIM1; k=rsa; p=other"]}, "Change the record to this: with another key every signature fails.", KEY),
        ({DKIM: ["v=DKIM1; p="]}, "The key was withdrawn.", KEY),
        ({DMARC: []}, "Add this record: large providers refuse mailings without.", "v=DMARC1; p=none; rua="),
        ({DMARC: ["v=DMARC1; rua=mailto:a@news.example"]}, "It names no policy: change it to this.", "p=none"),
        ({DMARC: ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "Servers read none of several DMARC records", ""),
    ],
    ids=[
        "no spf", "several spf", "spf of another", "spf for everybody", "too many lookups", "include that is not there",
        "no key", "another key", "withdrawn key", "no dmarc", "dmarc without policy", "several dmarc",
    ],
)  # fmt: skip
def test_what_is_wrong_says_what_to_do(page: Callable[..., str], changed: Any, todo: str, value: str) -> None:
    said = page(changed)
    assert "Not everything is in order." in said
    assert said.count("In order") == 2
    assert todo in said
    assert value in said


def test_ten_lookups_are_allowed_and_an_endless_chain_ends(page: Callable[..., str]) -> None:
    nine = " ".join(f"a:s{number}.example" for number in range(9))
    assert "Everything is as it should be." in page({"_spf.provider.example TXT": [f"v=spf1 {nine} ~all"]})
    assert "more than 10 times" in page({"_spf.provider.example TXT": ["v=spf1 redirect=_spf.provider.example"]})


def test_a_dmarc_record_that_only_watches_will_do_and_the_one_above_counts(page: Callable[..., str]) -> None:
    watching = page({DMARC: ["v=DMARC1; p=none; rua=mailto:a@news.example"]})
    assert "Everything is as it should be." in watching
    assert "change p=none to p=quarantine" in watching
    assert "v=DMARC1; p=quarantine; rua=mailto:a@news.example" in watching

    domain = db.session.query(SenderDomain).one()
    domain.domain = "mail.news.example"
    db.session.commit()
    above = page({"mail.news.example TXT": RIGHT[SPF], "portal._domainkey.mail.news.example TXT": RIGHT[DKIM]})
    assert "Everything is as it should be." in above


def test_without_an_answer_nothing_is_claimed(page: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SECONDS", 0.2)
    said = page({"silence": []})
    assert said.count("DNS did not answer.") == 3
    assert said.count("Nothing is known about it: ask again in a minute") == 3
    assert "In order" not in said
    assert KEY in said  # what it has to say can still be copied


def test_a_changed_setting_forgets_what_dns_said(page: Callable[..., str], client_of: ClientOf) -> None:
    page({})
    domain = db.session.query(SenderDomain).one()
    sent = {"version": domain.version, "signing": "y", "return_domain": "", "spf_include": "spf.other.example"}
    assert client_of("admin").post(f"/sender-domains/{domain.id}", data=sent).status_code == 303
    said = client_of("admin").get(f"/sender-domains/{domain.id}").text
    assert "Not checked yet" in said
    assert "v=spf1 include:spf.other.example ~all" in said
