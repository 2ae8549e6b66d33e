"""Leads in the browser: seeing, editing, answering, assigning, putting aside."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.activities.models import Activity
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.leads import services
from portal.leads.models import Lead
from portal.leads.queries import my_open
from portal.leads.states import LeadState
from portal.scoring.services import ensure_default_model
from portal.workspace.models import Notification
from tests.world import position, territory, user

from .makers import NOON, lead

TYPED = {
    "first_name": "Erica", "last_name": "Zhang", "email": "Erica@Zhang.Example", "company": "Zhang Cycle Supply",
    "country": "US", "region": "CA", "source": "Trade fair", "employees": "34",
}  # fmt: skip

WRONG = (
    {"last_name": ""}, {"email": "x"}, {"country": ""}, {"country": "XX"}, {"employees": "-1"}, {"employees": "many"},
    {"company": "x" * 161}, {"source": ""},
)  # fmt: skip


def fresh(one: Lead) -> Lead:
    return db.session.get_one(Lead, one.id, populate_existing=True)


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


class TestSeeing:
    def test_the_list_shows_own_leads_with_their_scores(self, client_of: Any) -> None:
        with unit_of_work():
            ensure_default_model()
        one, other = lead(), lead("outsider", territory_id=territory("Germany").id)
        with unit_of_work():
            services.rescore([one.id, other.id], NOON)
        text = client_of("rep").get("/leads").text
        assert one.name in text
        assert "Has a company" in text
        assert other.name not in text

    @pytest.mark.parametrize(
        "query", ["owner=me&state=open", "grade=A&state=new", "territory=1", "q=Berch&source=Landing%20page"]
    )
    def test_filters_work(self, client_of: Any, query: str) -> None:
        lead()
        assert client_of("rep").get(f"/leads?{query}").status_code == 200
        assert client_of("rep").get("/leads?owner=you").status_code == 422
        assert client_of("rep").get("/leads?state=happy").status_code == 422

    @pytest.mark.parametrize("many", [1, 3])
    def test_the_list_costs_the_same_for_many(self, client_of: Any, count_queries: list[str], many: int) -> None:
        with unit_of_work():
            ensure_default_model()
        found = [lead() for _ in range(many)]
        with unit_of_work():
            services.rescore([one.id for one in found], NOON)
        client = client_of("rep")
        client.get("/leads")
        count_queries.clear()
        client.get("/leads")
        assert len([s for s in count_queries if s.startswith("SELECT")]) == SELECTS

    @pytest.mark.parametrize("tab", ["", "?tab=timeline", "?tab=files", "?tab=changes", "?tab=nonsense"])
    def test_the_page_of_a_lead(self, client_of: Any, tab: str) -> None:
        one = lead(message="<b>24 bikes</b>", respond_by=NOON, phone="+1 425 555 0100")
        answer = client_of("rep").get(f"/leads/{one.id}{tab}")
        assert answer.status_code == 200
        assert one.assigned_because.split(";")[0] in answer.text
        assert "late, " in answer.text
        assert "<b>24" not in answer.text

    def test_outsiders_find_nothing(self, client_of: Any) -> None:
        one = lead()
        client = client_of("outsider")
        for path in ("", "/edit", "?tab=files"):
            assert client.get(f"/leads/{one.id}{path}").status_code == 404
        for act in ("edit", "response", "disqualification", "reactivation"):
            assert client.post(f"/leads/{one.id}/{act}", data={"reason": "Lost"}).status_code in (404, 422)
        assert fresh(one).state is LeadState.NEW
        assert client_of("finance").get("/leads").status_code == 403

    def test_who_only_reads_changes_nothing(self, client_of: Any) -> None:
        one = lead()
        client = client_of("admin")
        assert client.get(f"/leads/{one.id}").status_code == 200
        for act in ("edit", "response", "disqualification", "reactivation", "assignment"):
            assert client.post(f"/leads/{one.id}/{act}", data={"reason": "Lost"}).status_code == 403
        assert client_of("rep").post(f"/leads/{one.id}/assignment").status_code == 403

    def test_my_work_has_the_waiting_ones_first(self, app: Any, actor: Any) -> None:
        answered = lead(state=LeadState.CONTACTED, responded_at=NOON, score=90)
        late, soon = lead(respond_by=NOON), lead(respond_by=NOON + timedelta(hours=1))
        lead("colleague")
        lead(state=LeadState.DISQUALIFIED, disqualified_reason="Spam")
        assert [one.id for one in my_open(actor("rep"))] == [late.id, soon.id, answered.id]


class TestTyping:
    def test_a_lead_typed_in_is_placed_scored_and_owned(self, client_of: Any) -> None:
        with unit_of_work():
            ensure_default_model()
        assert client_of("rep").post("/leads/new", data=TYPED).status_code == 303
        made = db.session.scalars(select(Lead)).one()
        assert (made.email, made.employees, made.territory_id) == ("erica@zhang.example", 34, territory("Southwest").id)
        assert made.owner_id == position("rep").id
        assert made.score == made.fit == 35
        client_of("marketer").post(
            "/leads/new", data=TYPED | {"email": "two@zhang.example", "country": "DE", "region": ""}
        )
        assert db.session.scalars(select(Lead).order_by(Lead.id.desc())).first().owner_id == position("outsider").id  # type: ignore[union-attr]

    def test_a_double_click_makes_one(self, client_of: Any) -> None:
        answers = [client_of("rep").post("/leads/new", data=TYPED | {"nonce": "n1"}) for _ in range(2)]
        assert {answer.location for answer in answers} == {f"/leads/{db.session.scalars(select(Lead.id)).one()}"}

    @pytest.mark.parametrize("wrong", WRONG)
    def test_bad_input_is_refused_and_kept(self, client_of: Any, wrong: dict[str, str]) -> None:
        answer = client_of("rep").post("/leads/new", data=TYPED | wrong)
        assert answer.status_code == 422
        assert "Erica" in answer.text
        assert count(Lead) == 0

    def test_an_address_has_one_open_lead(self, client_of: Any) -> None:
        lead(email="erica@zhang.example")
        answer = client_of("rep").post("/leads/new", data=TYPED)
        assert answer.status_code == 422
        assert "An open lead has this address already." in answer.text

    def test_the_second_of_two_editors_sees_both_versions_and_may_insist(self, client_of: Any) -> None:
        one = lead()
        data = TYPED | {"version": "1"}
        assert client_of("rep").post(f"/leads/{one.id}/edit", data=data | {"company": "First"}).status_code == 303
        second = client_of("manager").post(f"/leads/{one.id}/edit", data=data | {"company": "Second"})
        assert second.status_code == 409
        assert "First" in second.text
        assert fresh(one).company == "First"
        again = data | {"company": "Second", "version": str(fresh(one).version)}
        assert client_of("manager").post(f"/leads/{one.id}/edit", data=again).status_code == 303


class TestWorking:
    def test_the_first_answer_stops_the_clock(self, client_of: Any) -> None:
        one = lead(respond_by=NOON + timedelta(hours=1))
        with clock.frozen(NOON):
            assert client_of("rep").post(f"/leads/{one.id}/response").status_code == 303
            assert client_of("rep").post(f"/leads/{one.id}/response").status_code == 422
        assert (fresh(one).state, fresh(one).responded_at) == (LeadState.CONTACTED, NOON)
        assert count(Activity) == 1

    def test_disqualifying_takes_a_reason_and_can_be_undone(self, client_of: Any) -> None:
        one, client = lead(), client_of("rep")
        for reason in ("", "Because"):
            assert client.post(f"/leads/{one.id}/disqualification", data={"reason": reason}).status_code == 422
        assert client.post(f"/leads/{one.id}/disqualification", data={"reason": "Lost"}).status_code == 303
        assert (fresh(one).state, fresh(one).disqualified_reason) == (LeadState.DISQUALIFIED, "Lost")
        page = client.get(f"/leads/{one.id}").text
        assert f'action="/leads/{one.id}/reactivation"' in page
        assert client.post(f"/leads/{one.id}/reactivation").status_code == 303
        assert (fresh(one).state, fresh(one).disqualified_reason) == (LeadState.NEW, "")
        assert client.post(f"/leads/{one.id}/reactivation").status_code == 422

    def test_a_lead_is_not_taken_up_beside_another_of_its_address(self, client_of: Any) -> None:
        one = lead(state=LeadState.DISQUALIFIED, disqualified_reason="Lost")
        lead(email=one.email)
        assert client_of("rep").post(f"/leads/{one.id}/reactivation").status_code == 422
        assert fresh(one).state is LeadState.DISQUALIFIED

    def test_a_manager_gives_a_lead_to_somebody_with_a_reason(self, client_of: Any) -> None:
        one, to = lead(), position("colleague").id
        data = {"position_id": str(to), "reason": "Knows the shop"}
        assert client_of("manager").post(f"/leads/{one.id}/assignment", data=data).status_code == 303
        assert fresh(one).owner_id == to
        assert fresh(one).assigned_because == "Max Manager gave it to Cole League: Knows the shop"
        assert db.session.scalars(select(Notification)).one().user_id == user("colleague").id
        for bad in ("", "0", "99999", str(position("outsider").id)):
            answer = client_of("manager").post(f"/leads/{one.id}/assignment", data={"position_id": bad})
            assert answer.status_code == 422

    def test_picked_leads_are_disqualified_or_assigned_together(self, client_of: Any, run_jobs: Any) -> None:
        leads, closed = [lead(), lead()], lead(state=LeadState.QUALIFIED, qualified_at=NOON)
        picked = {"pick": [str(one.id) for one in (*leads, closed)]}
        to = {"value-assignment": str(position("colleague").id)}
        assert client_of("manager").post("/lists/leads/acts/assignment", data=picked | to).status_code in (200, 303)
        run_jobs()
        assert {fresh(one).owner_id for one in leads} == {position("colleague").id}
        assert fresh(closed).owner_id == position("rep").id
        client_of("manager").post(
            "/lists/leads/acts/disqualification", data=picked | {"value-disqualification": "Spam"}
        )
        run_jobs()
        assert {fresh(one).disqualified_reason for one in leads} == {"Spam"}

    def test_with_htmx_the_page_is_answered_in_place(self, client_of: Any) -> None:
        one = lead()
        answer = client_of("rep").post(f"/leads/{one.id}/response", headers={"HX-Request": "true"})
        assert answer.status_code == 204
        assert answer.headers["HX-Location"] == f"/leads/{one.id}"


SELECTS = 13
