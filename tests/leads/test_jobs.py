"""From a submission to a lead: once, without loss, with an owner, a score, a mail and a reason for each."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.activities.models import Activity, Regarding
from portal.activities.states import Kind
from portal.consent.models import Consent, ConsentEvent
from portal.consent.queries import may_send
from portal.consent.states import Channel, Purpose
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.landing.models import Submission
from portal.leads import services
from portal.leads.models import Lead
from portal.leads.states import LeadState
from portal.messages.models import Message, MessageContent
from portal.scoring.models import ScoreReceipt
from portal.scoring.services import ensure_default_model
from portal.workspace.models import Notification
from tests.landing.makers import NEWS, NOON, TYPED, WORDING, landing_page, send, token_at
from tests.world import position, territory, user

from .makers import lead

Run = Callable[[], int]


@pytest.fixture
def caught(app: Any, client: Any, run_jobs: Run) -> Callable[..., Lead]:
    """Send a form and let the jobs run; the open lead of its address."""
    landing_page()
    with unit_of_work():
        ensure_default_model()

    def catch(at: Any = NOON, **typed: Any) -> Lead:
        assert send(client, at=at, **typed).status_code == 303
        with clock.frozen(at + timedelta(seconds=20)):
            run_jobs()
        email = typed.get("email", TYPED["email"]).lower()
        return db.session.scalars(select(Lead).where(Lead.email == email).order_by(Lead.id.desc())).first()  # type: ignore[return-value]

    return catch


def count(model: Any, *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_a_submission_becomes_a_lead_with_everything_that_is_known(caught: Any) -> None:
    found = caught(country="DE", phone="030 1234567", utm_campaign="spring", email="Marian@Pro-Sporting.Example")
    assert (found.first_name, found.last_name, found.email) == ("Marian", "Berch", "marian@pro-sporting.example")
    assert (found.company, found.country, found.message) == ("Pro Sporting Goods", "DE", "Please send your prices.")
    assert (found.source, found.campaign, found.state) == ("Landing page", "spring", LeadState.NEW)
    assert found.territory_id == territory("Germany").id
    assert found.owner_id == position("outsider").id
    assert found.assigned_because == "Germany. Rule: country DE, priority 100; the owner covers the territory"
    assert found.respond_by == NOON + timedelta(seconds=10, hours=1)


def test_it_scores_with_a_receipt_for_every_point(caught: Any) -> None:
    found = caught()
    receipts = db.session.scalars(select(ScoreReceipt).where(ScoreReceipt.record_id == found.id)).all()
    assert {r.label for r in receipts} == {"Has a company", "Wants our news", "Sent a form"}
    assert sum(r.points for r in receipts) == found.score == found.fit + found.engagement == 30
    assert found.grade == "D2"


def test_the_form_stands_on_the_timeline_and_the_owner_is_told(caught: Any) -> None:
    found = caught(country="DE")
    about = select(Activity).join(Regarding).where(Regarding.noun_of == "leads", Regarding.record_id == found.id)
    form = db.session.scalars(about.where(Activity.kind == Kind.FORM)).one()
    assert (form.subject, form.body) == ("Sent the form “Reseller programme”", "Please send your prices.")
    told = db.session.scalars(select(Notification)).one()
    assert told.user_id == user("outsider").id
    assert told.url == f"/leads/{found.id}"


def test_consent_is_kept_with_the_words_that_were_shown(caught: Any) -> None:
    caught(phone="+1 425 555 0100", sms="y")
    events = db.session.scalars(select(ConsentEvent).order_by(ConsentEvent.id)).all()
    assert [(e.channel, e.purpose, e.address) for e in events] == [
        (Channel.EMAIL, Purpose.TRANSACTIONAL, "marian@pro-sporting.example"),
        (Channel.EMAIL, Purpose.COMMERCIAL, "marian@pro-sporting.example"),
        (Channel.SMS, Purpose.TRANSACTIONAL, "+14255550100"),
    ]
    assert [e.wording for e in events] == [WORDING, NEWS, "Confirm by SMS as well"]
    assert {(e.source, e.ip, e.at) for e in events} == {("landing:resellers", "127.0.0.1", events[0].at)}


def test_who_wants_an_answer_has_not_asked_for_news(caught: Any) -> None:
    found = caught(news=None)
    assert not may_send(Channel.EMAIL, found.email, Purpose.COMMERCIAL).allowed
    assert may_send(Channel.EMAIL, found.email, Purpose.TRANSACTIONAL).allowed
    assert "Change or stop that" not in db.session.scalars(select(MessageContent.text)).one()


def test_who_wants_news_finds_where_to_stop_them_in_the_first_mail(caught: Any, client: Any) -> None:
    found = caught()
    text = db.session.scalars(select(MessageContent.text)).one()
    path = re.search(r"http://portal.test(/c/\S+)", text)
    assert path
    assert client.post(f"{path[1]}/all").status_code == 303
    assert not may_send(Channel.EMAIL, found.email, Purpose.COMMERCIAL).allowed


def test_one_confirmation_is_queued_and_an_sms_only_when_asked_for(caught: Any) -> None:
    found = caught()
    mail = db.session.scalars(select(Message)).one()
    sent = db.session.scalars(select(Submission)).one()
    assert (mail.reason, mail.address) == (f"submission:{sent.id}:confirmation", found.email)
    content = db.session.get_one(MessageContent, mail.content_id)
    assert f"L-{found.id}" in content.text
    assert "Marian Berch" in content.text
    again = caught(email="two@pro-sporting.example", phone="+1 425 555 0100", sms="y")
    assert count(Message, Message.channel == Channel.SMS) == 1
    assert count(Message, Message.record_id == again.id) == 2


@pytest.mark.parametrize("name", ["Win 1000 at evil.example", "http://evil.example", "a" * 80, "<b>Bob</b>"])
def test_a_confirmation_carries_no_text_of_strangers(caught: Any, name: str) -> None:
    caught(name=name, company="Buy pills", message="Click http://evil.example now")
    content = db.session.scalars(select(MessageContent)).one()
    whole = content.subject + content.text + content.html
    assert "evil" not in whole
    assert "pills" not in whole
    assert name not in whole
    assert "Hello there" in content.text


def test_many_forms_in_one_name_make_one_mail_a_day(caught: Any) -> None:
    for minutes in range(5):
        caught(at=NOON + timedelta(minutes=minutes))
    assert count(Message) == 1
    caught(at=NOON + timedelta(hours=25))
    assert count(Message) == 2


def test_a_second_form_of_an_address_adds_to_the_open_lead(caught: Any) -> None:
    first = caught(company="")
    second = caught(
        at=NOON + timedelta(hours=1), company="Pro Sporting Goods", message="Are you there?", name="M. Other"
    )
    assert second.id == first.id
    assert count(Lead) == 1
    assert (second.company, second.message, second.name) == (
        "Pro Sporting Goods",
        "Please send your prices.",
        "Marian Berch",
    )
    assert count(Activity, Activity.kind == Kind.FORM) == 2
    assert second.respond_by == NOON + timedelta(seconds=10, hours=1)


@pytest.mark.parametrize("state", [LeadState.DISQUALIFIED, LeadState.QUALIFIED])
def test_a_closed_lead_is_left_alone_and_a_new_one_made(caught: Any, state: LeadState) -> None:
    closed = {"disqualified_reason": "Lost"} if state is LeadState.DISQUALIFIED else {"qualified_at": NOON}
    old = lead(email=TYPED["email"], state=state, **closed)
    assert caught().id != old.id
    assert count(Lead) == 2


def test_nobody_covers_the_country_so_the_first_manager_gets_it(caught: Any) -> None:
    found = caught(country="FR")
    assert found.territory_id is None
    assert found.owner_id == position("manager").id
    assert found.assigned_because == "No territory rule covers this address; the owner takes what nobody covers"


def test_the_job_run_again_changes_nothing(caught: Any) -> None:
    found = caught()
    kinds = (Activity, ConsentEvent, Message, Notification, Consent, ScoreReceipt)
    before = [found.version, *map(count, kinds)]
    sent = db.session.scalars(select(Submission.id)).one()
    with unit_of_work():
        assert services.capture_submission(sent) is None
    db.session.refresh(found)
    assert before == [found.version, *map(count, kinds)]


def test_a_changed_model_scores_every_open_lead_anew(app: Any, run_jobs: Run, actor: Any) -> None:
    from portal.scoring import services as scoring

    leads = [lead() for _ in range(3)]
    closed = lead(state=LeadState.DISQUALIFIED, disqualified_reason="Lost")
    with unit_of_work():
        scoring.add_rule(
            actor("marketer"), part="fit", label="Sells here", fact="country", operator="is", value="US", points=7
        )
    run_jobs()
    assert {db.session.get_one(Lead, one.id).score for one in leads} == {7}
    assert db.session.get_one(Lead, closed.id).score == 0
    assert db.session.get_one(Lead, leads[0].id).version == 1


def test_twenty_identical_posts_at_once_are_one_submission(live_app: Any) -> None:
    landing_page()
    token = token_at(at=clock.now() - timedelta(seconds=10))

    def post(seal: str) -> int:
        with live_app.app_context():
            return live_app.test_client().post("/p/resellers", data=TYPED | {"token": seal}).status_code  # type: ignore[no-any-return]

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(post, [token] * 20)) == {303}
    db.session.rollback()
    assert count(Submission) == 1
    others = [token_at(at=clock.now() - timedelta(seconds=10)) for _ in range(5)]  # a control: other forms do count
    with ThreadPoolExecutor(5) as pool:
        assert set(pool.map(post, others)) == {303}
    db.session.rollback()
    assert count(Submission) == 6
