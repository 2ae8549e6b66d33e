"""The visitor's form: what it takes, what it refuses, and what it keeps."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import request
from sqlalchemy import func, select

from blueprints.landing.forms import VisitForm
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.outbox import OutboxEntry
from portal.landing.models import LandingPage, Submission
from portal.landing.queries import public_page

from .makers import NOON, TYPED, landing_page, send, token_at

NAUGHTY = json.loads((Path(__file__).parents[1] / "data/blns.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def a_page(app: Any) -> None:
    landing_page()


def count(model: Any = Submission) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def only() -> Submission:
    return db.session.scalars(select(Submission)).one()


class TestPage:
    def test_shows_the_words_of_the_page_and_its_form(self, client: Any) -> None:
        landing_page(
            slug="two",
            title="Ride <b>fast</b>",
            body="## Why\n\n- light <script>alert(1)</script>\n\n[x](javascript:alert(1))",
        )
        answer = client.get("/p/two")
        assert answer.status_code == 200
        assert "Ride &lt;b&gt;fast" in answer.text
        assert "<h2>Why</h2>" in answer.text
        assert "<script>alert" not in answer.text
        assert 'href="javascript' not in answer.text

    def test_carries_a_seal_that_is_accepted(self, client: Any) -> None:
        with clock.frozen(NOON):
            found = re.search(r'name="token"[^>]* value="([^"]+)"', client.get("/p/resellers").text)
        assert found
        assert send(client, token=found[1]).status_code == 303

    def test_sets_no_cookie(self, client: Any) -> None:
        assert "Set-Cookie" not in client.get("/p/resellers").headers
        assert "Set-Cookie" not in send(client).headers

    def test_speaks_the_language_of_the_page(self, client: Any) -> None:
        landing_page(slug="haendler", language="de")
        answer = client.get("/p/haendler", headers={"Accept-Language": "en"})
        assert '<html lang="de"' in answer.text
        assert "Deutschland" in answer.text

    @pytest.mark.parametrize("path", ["/p/draft", "/p/draft/thanks", "/p/nowhere", "/p/RESELLERS", "/p/%00"])
    def test_that_is_not_published_is_not_there(self, client: Any, path: str) -> None:
        landing_page(slug="draft", published=False)
        assert client.get(path).status_code == 404
        assert client.post(path).status_code in (404, 405)

    def test_asks_for_no_phone_when_told_so(self, client: Any) -> None:
        landing_page(slug="short", ask_phone=False)
        assert 'name="phone"' not in client.get("/p/short").text
        assert send(client, "short", phone="+1 425 555 0100", sms="y").status_code == 303
        assert only().payload["phone"] == ""

    def test_costs_few_queries(self, client: Any, count_queries: list[str]) -> None:
        client.get("/p/resellers")
        assert len([s for s in count_queries if s.startswith("SELECT")]) == 2  # page, company


class TestSubmission:
    def test_is_kept_and_owes_one_job(self, client: Any) -> None:
        answer = send(client, utm_source="news", utm_campaign="x" * 500, referrer="https://search.example/")
        assert answer.status_code == 303
        assert answer.location == "/p/resellers/thanks"
        assert "We call you." in client.get(answer.location).text
        kept = only()
        assert kept.payload["name"] == "Marian Berch"
        assert kept.payload["utm_source"] == "news"
        assert kept.payload["utm_campaign"] == "x" * 120
        assert kept.payload["referrer"] == "https://search.example/"
        assert kept.received_at == NOON + timedelta(seconds=10)
        assert count(OutboxEntry) == 1

    def test_takes_two_inserts_once_the_page_is_known(self, client: Any, count_queries: list[str]) -> None:
        for expected in (["SELECT", "INSERT", "INSERT"], ["INSERT", "INSERT"]):
            token = token_at()
            count_queries.clear()
            with clock.frozen(NOON + timedelta(seconds=9)):
                client.post("/p/resellers", data=TYPED | {"token": token})
            verbs = [s.split()[0] for s in count_queries if s.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE")]
            assert verbs == expected

    def test_twice_the_same_form_is_one_submission(self, client: Any) -> None:
        token = token_at()
        with clock.frozen(NOON + timedelta(seconds=9)):
            answers = [client.post("/p/resellers", data=TYPED | {"token": token}) for _ in range(2)]
        assert [answer.location for answer in answers] == ["/p/resellers/thanks"] * 2
        assert count() == 1
        assert count(OutboxEntry) == 1

    def test_keeps_where_visitors_came_from(self, client: Any) -> None:
        text = client.get("/p/resellers?utm_source=fair", headers={"Referer": "https://a.example/x"}).text
        assert 'name="utm_source" type="hidden" value="fair"' in text
        assert 'name="referrer" type="hidden" value="https://a.example/x"' in text


class TestPageChangedElsewhere:
    """A process knows a page as it last read it; the row tells it at once what others made of the page since."""

    @pytest.fixture
    def change(self, client: Any) -> Any:
        assert send(client).status_code == 303  # now the page is known here

        def change(**values: Any) -> None:
            page = db.session.scalars(select(LandingPage).where(LandingPage.slug == "resellers")).one()
            for name, value in values.items():
                setattr(page, name, value)
            db.session.commit()

        return change

    def test_withdrawn_is_gone_and_published_again_is_back(self, client: Any, change: Any) -> None:
        change(published=False)
        assert [send(client).status_code, send(client, name="").status_code] == [404, 404]
        assert count() == 1
        change(published=True)
        assert send(client).status_code == 303
        assert count() == 2

    def test_asks_what_the_page_asks_now(self, client: Any, change: Any) -> None:
        assert send(client, phone="+1 425 555 0100").status_code == 303
        change(ask_phone=False)
        assert send(client, phone="+1 425 555 0100").status_code == 303
        assert [one.payload["phone"] for one in db.session.scalars(select(Submission))] == ["", "+1 425 555 0100", ""]

    def test_a_refused_form_shows_the_page_as_it_is(self, client: Any, change: Any) -> None:
        change(consent_wording="You may call me.", language="de")
        refused = send(client, name="")
        assert refused.status_code == 422
        assert "You may call me." in refused.text
        assert '<html lang="de"' in refused.text
        assert refused.text.count("Dieses Feld") == 2  # at the field, and in the summary

    def test_nobody_agrees_to_words_that_were_not_shown(self, client: Any, change: Any) -> None:
        token = token_at()
        change(consent_wording="You may sell my address.")
        refused = send(client, token=token)
        assert (refused.status_code, count()) == (422, 1)
        assert "was changed meanwhile" in refused.text
        assert send(client).status_code == 303
        assert newest().payload["consent_wording"] == "You may sell my address."

    def test_the_box_for_news_is_not_ticked_not_needed_and_not_there_without_words(
        self, client: Any, change: Any
    ) -> None:
        box = re.search(r"<input[^>]*name=\"news\"[^>]*>", client.get("/p/resellers").text)
        assert box
        assert "checked" not in box[0]
        assert "required" not in box[0]
        assert send(client, news=None).status_code == 303
        assert (newest().payload["news"], "news_wording" in newest().payload) == (False, False)
        change(news_wording="")
        assert 'name="news"' not in client.get("/p/resellers").text
        assert send(client, news="y").status_code == 303
        assert newest().payload["news"] is False

    def test_a_new_address_is_the_only_one(self, client: Any, change: Any) -> None:
        token = token_at()
        change(slug="dealers")
        with clock.frozen(NOON + timedelta(seconds=9)):
            answers = [client.post(f"/p/{slug}", data=TYPED | {"token": token}) for slug in ("resellers", "dealers")]
        assert [answer.status_code for answer in answers] == [404, 303]


def newest() -> Submission:
    return db.session.scalars(select(Submission).order_by(Submission.id.desc()).limit(1)).one()


class TestSpamProtection:
    def test_a_filled_honeypot_looks_like_success_and_stores_nothing(self, client: Any) -> None:
        answer = send(client, website="https://spam.example")
        assert answer.status_code == 303
        assert answer.location == "/p/resellers/thanks"
        assert count() == count(OutboxEntry) == 0

    @pytest.mark.parametrize("after", [0, 1, 2.9])
    def test_too_quick_is_refused_and_may_be_sent_again(self, client: Any, after: float) -> None:
        answer = send(client, after=after)
        assert answer.status_code == 422
        assert "That was very quick" in answer.text
        assert "Marian Berch" in answer.text
        assert count() == 0
        assert send(client, after=3).status_code == 303

    @pytest.mark.parametrize("token", ["", None, "x", "a.b", "\x00", "é" * 500, "W10.AAAA"])
    def test_an_unsigned_form_is_refused_with_a_fresh_seal(self, client: Any, token: str | None) -> None:
        answer = send(client, token=token)
        assert answer.status_code == 422
        assert "open for too long" in answer.text
        assert count() == 0

    def test_a_seal_of_another_page_is_refused(self, client: Any) -> None:
        landing_page(slug="other")
        assert send(client, token=token_at("other")).status_code == 422

    def test_a_form_left_open_for_a_day_is_given_a_fresh_seal(self, client: Any) -> None:
        assert send(client, after=86_401).status_code == 422
        assert send(client, after=86_399).status_code == 303

    @pytest.mark.parametrize(
        ("changing", "times", "wait"), [("email", 60, "10 minutes"), ("REMOTE_ADDR", 5, "60 minutes")]
    )
    def test_one_sender_is_held_back_and_then_let_in_again(
        self, app: Any, client: Any, monkeypatch: pytest.MonkeyPatch, changing: str, times: int, wait: str
    ) -> None:
        monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
        monkeypatch.setattr(app.extensions["counters"], "_own", {})

        def one(n: int, at: Any) -> Any:
            if changing == "email":
                return send(client, email=f"m{n}@pro-sporting.example", at=at)
            token = token_at(at=at)
            with clock.frozen(at + timedelta(seconds=5)):
                base = {"REMOTE_ADDR": f"10.0.{n}.1"}
                return client.post("/p/resellers", data=TYPED | {"token": token}, environ_base=base)

        start = NOON - timedelta(seconds=10)  # the posts arrive right at the start of a period
        assert {one(n, start + timedelta(seconds=10)).status_code for n in range(times)} == {303}
        held = one(times, start + timedelta(seconds=10))
        assert held.status_code == 429
        assert wait in held.text
        assert "Marian Berch" in held.text
        assert count() == times
        assert one(times, NOON + timedelta(hours=1)).status_code == 303


FIELDS = (
    "name", "email", "company", "country", "phone", "message", "consent", "news", "sms",
    "utm_source", "referrer", "token", "website"
)  # fmt: skip
HOSTILE = (
    "\x00", "a\x00b", "<script>alert(1)</script>", "{{ 7 * 191 }}{% raw %}", "=1+1", "\N{BICYCLE}" * 50,
    "\u202egnp.exe", "a\r\nSet-Cookie: x=1",
)  # fmt: skip


class TestBadInput:
    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("name", "", "field is required"),
            ("name", "   ", "field is required"),
            ("name", "x" * 121, "120 characters"),
            ("email", "", "field is required"),
            ("email", "marian", "Write one email address"),
            ("email", "a@b", "Write one email address"),
            ("email", "a@b.example, c@d.example", "Write one email address"),
            ("email", "a@b.example\r\nBcc: c@d.example", "Write one email address"),
            ("email", "x" * 250 + "@b.example", "254 characters"),
            ("company", "x" * 161, "160 characters"),
            ("country", "", "Choose your country"),
            ("country", "XX", "valid choice"),
            ("country", "United States", "valid choice"),
            ("phone", "1" * 41, "40 characters"),
            ("message", "x" * 5_001, "5000 characters"),
            ("consent", None, "Please agree"),
        ],
    )
    def test_is_marked_and_everything_typed_is_kept(
        self, client: Any, field: str, value: str | None, words: str
    ) -> None:
        answer = send(client, **{"message": "Prices <please> & soon", field: value})
        assert answer.status_code == 422
        assert words in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert count() == 0
        kept = {"name": "Marian Berch", "company": "Pro Sporting Goods", "message": "Prices &lt;please&gt; &amp; soon"}
        assert all(text in answer.text for name, text in kept.items() if name != field)

    def test_an_sms_needs_a_number_that_exists(self, client: Any) -> None:
        assert "For an SMS we need your number" in send(client, sms="y", phone="call me").text
        assert send(client, sms="y", phone="425 555 0100").status_code == 303

    @pytest.mark.parametrize("field", FIELDS)
    def test_becomes_an_error_or_inert_text(self, client: Any, field: str) -> None:
        for value in HOSTILE:
            answer = send(client, **{field: value})
            assert answer.status_code in (303, 422)
            assert "<script>alert" not in answer.text
            assert "1337" not in answer.text
        assert "\\u0000" not in json.dumps([one.payload for one in db.session.scalars(select(Submission))])

    @pytest.mark.parametrize("field", [*FIELDS, "unheard_of"])
    def test_in_a_wrong_encoding_or_of_a_megabyte_is_no_fault_of_ours(self, client: Any, field: str) -> None:
        token = token_at().encode()
        with clock.frozen(NOON + timedelta(seconds=9)):
            for value in (b"%ff%fe%00", b"\xe4\xf6", b"a" * 1_000_000, b"a" * 1_100_000):
                body = (
                    b"token="
                    + token
                    + b"&name=N&email=n@x.example&country=US&consent=y&"
                    + field.encode()
                    + b"="
                    + value
                )
                answer = client.post("/p/resellers", data=body, content_type="application/x-www-form-urlencoded")
                assert answer.status_code in (303, 413, 422)

    @pytest.mark.parametrize(
        "kind", ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x"]
    )
    def test_that_is_no_form_at_all_is_refused(self, client: Any, kind: str) -> None:
        answer = client.post("/p/resellers", data=b'{"name": ["\\u0000"]}', content_type=kind)
        assert answer.status_code in (400, 422)

    def test_naughty_strings_pass_every_field(self, app: Any) -> None:
        found = public_page("resellers")
        for text in NAUGHTY:
            with app.test_request_context(method="POST", data=dict.fromkeys(FIELDS, text)):
                form = VisitForm(request.form).fit(found, request.form)
                assert not form.validate()
                assert "\\u0000" not in json.dumps(form.payload())

    def test_naughty_strings_are_shown_or_kept_as_text(self, client: Any) -> None:
        for start in range(0, len(NAUGHTY), 4):
            name, company, message, referrer = [*NAUGHTY[start:], "", "", ""][:4]
            typed = {"name": f"N {name}"[:120], "company": company[:160], "message": message, "referrer": referrer}
            assert send(client, **typed).status_code == 303, typed
            assert send(client, **typed, email="none").status_code == 422, typed
        assert count() == (len(NAUGHTY) + 3) // 4
