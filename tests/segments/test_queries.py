"""What rules mean, leaf by leaf, on the database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.accounts.models import Contact
from portal.kernel import clock
from portal.kernel.db import db
from portal.messages.states import MessageState, Verdict
from portal.segments.queries import matching, members
from portal.segments.rules import check
from tests.accounts.makers import make_account, make_contact
from tests.segments.makers import mail, make_broadcast, make_segment

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
HUMAN, PROXY = Verdict.HUMAN, Verdict.PROXY


@pytest.fixture(autouse=True)
def _noon(app: Any) -> Iterator[None]:
    with clock.frozen(NOW):
        yield


def found(rule: dict[str, Any]) -> set[str]:
    """Last names of whom the rule means."""
    return set(db.session.scalars(select(Contact.last_name).where(matching(check(rule)))))


def field(key: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": key, "op": op, "value": value}


def event(key: str, **asked: Any) -> dict[str, Any]:
    return {"event": f"mail.{key}", **asked}


def test_country_is_the_contacts_own_or_else_that_of_the_account() -> None:
    indian, german = make_account("Pune Cycles", country="IN"), make_account("Ulm Rad", country="DE")
    make_contact("Inherits", account_id=indian.id)
    make_contact("Moved", account_id=indian.id, country="DE")
    make_contact("Own", account_id=german.id, country="IN")
    make_contact("Alone")
    assert found(field("contact.country", "is", "IN")) == {"Inherits", "Own"}
    assert found(field("contact.country", "is_not", "IN")) == {"Moved", "Alone"}
    assert found({"not": field("contact.country", "is", "IN")}) == {"Moved", "Alone"}
    assert found(field("contact.country", "empty")) == {"Alone"}
    assert found(field("account.country", "one_of", ["IN", "FR"])) == {"Inherits", "Moved"}
    assert found(field("account.country", "none_of", ["IN", "FR"])) == {"Own", "Alone"}


def test_texts_and_numbers() -> None:
    small, large = make_account("Small 100%", employees=3), make_account("Large", employees=300)
    make_contact("Small", account_id=small.id, job_title="Head Buyer")
    make_contact("Large", account_id=large.id, job_title="buyer")
    make_contact("Unknown")
    assert found(field("contact.job_title", "is", "Buyer")) == {"Large"}
    assert found(field("contact.job_title", "is_not", "Buyer")) == {"Small", "Unknown"}
    assert found(field("contact.job_title", "contains", "BUY")) == {"Small", "Large"}
    assert found(field("contact.job_title", "contains_not", "head")) == {"Large", "Unknown"}
    assert found(field("account.name", "contains", "%")) == {"Small"}
    assert found(field("account.name", "starts", "la")) == {"Large"}
    assert found(field("contact.job_title", "known")) == {"Small", "Large"}
    assert found(field("account.employees", "least", "300")) == {"Large"}
    assert found(field("account.employees", "less", "3.5")) == {"Small"}
    assert found(field("account.employees", "between", ["3", "10"])) == {"Small"}
    assert found(field("account.employees", "empty")) == {"Unknown"}


def test_days_are_the_companys() -> None:
    """Test Cycles counts in UTC; a day begins at midnight."""
    for name, days in (("Today", 0), ("Sixth", 6), ("Seventh", 7), ("Old", 200)):
        make_contact(name, created_at=NOW.replace(hour=0) - timedelta(days=days))
    key = "contact.created"
    assert found(field(key, "last", 7)) == {"Today", "Sixth"}
    assert found(field(key, "longer", 6)) == {"Seventh", "Old"}
    assert found(field(key, "on", "2026-06-09")) == {"Sixth"}
    assert found(field(key, "before", "2026-06-09")) == {"Seventh", "Old"}
    assert found(field(key, "after", "2026-06-09")) == {"Today"}
    assert found(field(key, "between", ["2026-06-08", "2026-06-09"])) == {"Sixth", "Seventh"}
    assert found(field(key, "this_month")) == {"Today", "Sixth", "Seventh"}
    assert found(field(key, "this_week")) == {"Today"}
    assert found(field(key, "this_year")) == {"Today", "Sixth", "Seventh"}


def test_anniversaries_of_29_february() -> None:
    make_contact("Leap", created_at=datetime(2024, 2, 29, 12, tzinfo=UTC))
    make_contact("Day before", created_at=datetime(2023, 2, 28, 12, tzinfo=UTC))
    asked = field("contact.created", "anniversary", 0)
    with clock.frozen(datetime(2027, 2, 28, 12, tzinfo=UTC)):
        assert found(asked) == {"Leap", "Day before"}
    with clock.frozen(datetime(2028, 2, 28, 12, tzinfo=UTC)):
        assert found(asked) == {"Day before"}
    with clock.frozen(datetime(2028, 2, 29, 12, tzinfo=UTC)):
        assert found(asked) == {"Leap"}
    with clock.frozen(datetime(2027, 2, 21, 12, tzinfo=UTC)):
        assert found(field("contact.created", "anniversary", 7)) == {"Leap", "Day before"}


def test_the_last_mailing_is_the_last_that_arrived() -> None:
    people = {
        name: make_contact(name) for name in ("Reader", "Former", "Machine", "Bounced", "Failed", "Never", "Bill")
    }
    mail(people["Reader"], 1, opened=HUMAN)
    mail(people["Former"], 5, opened=HUMAN)
    mail(people["Former"], 1)
    mail(people["Machine"], 1, opened=PROXY)
    mail(people["Bounced"], 5, opened=HUMAN)
    mail(people["Bounced"], 1, bounced_at=NOW)
    mail(people["Failed"], 5, opened=HUMAN)
    mail(people["Failed"], 1, state=MessageState.FAILED, sent_at=None)
    mail(people["Bill"], 5, opened=HUMAN)
    mail(people["Bill"], 1, purpose="transactional")
    assert found(event("opened", which="last")) == {"Reader", "Bounced", "Failed", "Bill"}
    assert found(event("opened", which="last", human=False)) == {"Reader", "Machine", "Bounced", "Failed", "Bill"}
    assert found(event("opened", which="last", exactly=0)) == {"Former", "Machine"}
    assert found(event("bounced", which="last")) == {"Bounced"}
    assert found(event("opened", which="last", within_days=3)) == {"Reader"}


def test_did_not_asks_only_those_who_were_sent_it() -> None:
    spring, autumn = make_broadcast("Spring"), make_broadcast("Autumn")
    reader, sleeper, other, never = (make_contact(name) for name in ("Reader", "Sleeper", "Other", "Never"))
    mail(reader, 40, spring, opened=HUMAN)
    mail(sleeper, 40, spring)
    mail(other, 10, autumn, opened=HUMAN)
    assert never.id
    assert found(event("opened", which="specific", id=spring.id)) == {"Reader"}
    assert found(event("opened", which="specific", id=spring.id, exactly=0)) == {"Sleeper"}
    assert found(event("opened", exactly=0)) == {"Sleeper"}
    assert found(event("opened", exactly=0, within_days=30)) == set()
    assert found(event("sent", exactly=0)) == {"Never"}
    assert found(event("sent", exactly=0, within_days=30)) == {"Reader", "Sleeper", "Never"}
    assert found({"not": event("opened", which="last")}) == {"Sleeper", "Never"}


def test_how_often_and_when() -> None:
    fan, once = make_contact("Fan"), make_contact("Once")
    for days in (3, 20, 60):
        mail(fan, days, opened=HUMAN)
    mail(once, 3, opened=HUMAN)
    assert found(event("opened", at_least=3)) == {"Fan"}
    assert found(event("opened", at_least=2, within_days=30)) == {"Fan"}
    assert found(event("opened", at_least=3, within_days=30)) == set()
    assert found(event("opened", to="2026-05-01", **{"from": "2026-04-01"})) == {"Fan"}


def test_groups_and_an_empty_rule() -> None:
    make_contact("A", job_title="Buyer", country="IN")
    make_contact("B", job_title="Buyer")
    make_contact("C", country="IN")
    buyer, indian = field("contact.job_title", "is", "buyer"), field("contact.country", "is", "IN")
    assert found({"all": [buyer, indian]}) == {"A"}
    assert found({"any": [buyer, indian]}) == {"A", "B", "C"}
    assert found({"all": [buyer, {"not": {"any": [indian]}}]}) == {"B"}
    assert found({"all": []}) == {"A", "B", "C"}
    assert found({"any": []}) == set()


def test_a_segment_of_segments_is_one_question(count_queries: list[str]) -> None:
    make_contact("A", job_title="Buyer", country="IN")
    make_contact("B", job_title="Buyer")
    inner = make_segment("Indians", field("contact.country", "is", "IN"))
    outer = make_segment(
        "Buyers abroad", {"all": [field("contact.job_title", "is", "buyer"), {"not": {"segment": inner.id}}]}
    )
    assert (
        db.session.scalars(members(outer)).all()
        == db.session.scalars(select(Contact.id).where(Contact.last_name == "B")).all()
    )
    count_queries.clear()
    db.session.execute(members(outer)).all()
    assert len(count_queries) == 2  # the segment with those it names, and the answer


def test_business_of_the_account(app: Any) -> None:
    from portal.opportunities.models import Opportunity

    account = make_account("Buys")
    make_contact("Buyer", account_id=account.id)
    make_contact("Nobody")
    db.session.add(
        Opportunity(name="Deal", account_id=account.id, currency="USD", close_on=date(2026, 7, 1), amount=500)
    )
    db.session.commit()
    assert found(field("deal.stage", "is", "qualify")) == {"Buyer"}
    assert found(field("deal.stage", "is_not", "qualify")) == {"Nobody"}
    assert found(field("deal.amount", "least", "499.5")) == {"Buyer"}
    assert found({"event": "deal.won"}) == set()
    assert found({"event": "deal.opened"}) == {"Buyer"}


def test_every_field_and_event_can_be_asked_on_this_database() -> None:
    from portal.segments.rules import EVENTS, FIELDS, OPERATORS, sentence

    values = {"one": "2", "many": ["2"], "two": ["1", "2"], "days": 2, "nothing": None}
    dates = {"one": "2026-01-01", "two": ["2026-01-01", "2026-02-01"], "days": 2, "nothing": None}
    for known in FIELDS.values():
        for name, op in OPERATORS[known.kind].items():
            value = (dates if known.kind in ("date", "moment") else values)[op.takes]
            if known.choices and op.takes != "nothing":
                options = [choice for choice, _ in known.choices()][:1]
                if not options:
                    continue
                value = options if op.takes == "many" else options[0]
            rule = check(field(known.key, name, value))
            assert sentence(rule, {}).startswith("All contacts who")
            found(rule)
    for happened in EVENTS.values():
        for which in ("any", *(("last",) if happened.last else ())):
            for asked in ({}, {"exactly": 0}, {"within_days": 3}, {"exactly": 0, "within_days": 3}, {"at_least": 2}):
                rule = check({"event": happened.key, "which": which, **asked})
                assert sentence(rule, {}).startswith("All contacts who")
                found(rule)


def test_what_is_no_longer_known_is_never_met() -> None:
    make_contact("Somebody")
    gone = make_segment("Gone", {"any": [{"field": "gone.away", "op": "is", "value": "1"}, {"event": "gone.by"}]})
    assert db.session.scalars(members(gone)).all() == []
