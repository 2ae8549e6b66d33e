"""People: invited, given roles, disabled; one's own settings."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.identity.models import User
from portal.kernel import audit
from portal.kernel.db import db
from portal.messages.models import MessageContent
from tests import world
from tests.conftest import Client

ClientOf = Callable[[str], Client]
NEW = {"name": "Nina New", "email": "nina@test-cycles.example", "roles": ["rep", "manager"]}


def role_names(key: str) -> set[str]:
    return {str(role) for role in world.user(key).role_names}


def test_an_invited_person_chooses_a_password_once(
    client: Client, client_of: ClientOf, run_jobs: Callable[[], int]
) -> None:
    answer = client_of("admin").post("/users/new", data=NEW | {"nonce": "n1"})
    nina = db.session.scalars(select(User).where(User.email == NEW["email"])).one()
    assert answer.location == f"/users/{nina.id}"
    assert {str(role) for role in nina.role_names} == {"rep", "manager"}
    run_jobs()
    text = db.session.scalars(select(MessageContent.text)).one()
    link = re.search(r"http://portal\.test(/invitations/\S+)", text)
    assert link
    assert "Nina New" in client.get(link[1]).text
    assert client.post(link[1], data={"password": "short", "repeated": "short"}).status_code == 422
    chosen = {"password": "seven lemons on a ladder", "repeated": "seven lemons on a ladder"}
    assert client.post(link[1], data=chosen | {"nonce": "n2"}).location == "/signin"
    assert client.post(link[1], data=chosen | {"nonce": "n3"}).status_code == 404
    signed_in = client.post("/signin", data={"email": NEW["email"], "password": chosen["password"]})
    assert signed_in.status_code == 302


def test_a_double_click_invites_one_person(client_of: ClientOf) -> None:
    admin = client_of("admin")
    first, second = (admin.post("/users/new", data=NEW | {"nonce": "same"}) for _ in range(2))
    assert first.location == second.location
    assert len(list(db.session.scalars(select(User).where(User.email == NEW["email"])))) == 1


def test_a_name_is_one_line(client_of: ClientOf) -> None:
    client_of("admin").post("/users/new", data=NEW | {"name": "Nina\r\nNew"})
    assert db.session.scalars(select(User.name).where(User.email == NEW["email"])).one() == "Nina New"


@pytest.mark.parametrize(
    "bad",
    [{"email": "nobody"}, {"email": "rep@test-cycles.example"}, {"email": "REP@Test-Cycles.example"}, {"name": ""},
     {"name": "x" * 200}, {"name": " \n "}, {"roles": []}, {"roles": ["emperor"]}],
)  # fmt: skip
def test_a_bad_invitation_changes_nothing(client_of: ClientOf, bad: dict[str, object]) -> None:
    before = len(list(db.session.scalars(select(User))))
    assert client_of("admin").post("/users/new", data=NEW | bad).status_code == 422
    assert len(list(db.session.scalars(select(User)))) == before


@pytest.mark.parametrize("path", ["", "/roles", "/disabling", "/second-factor-reset", "/sign-out", "/invitation"])
def test_only_administrators_change_people(client_of: ClientOf, path: str) -> None:
    target = world.user("rep").id
    for key, status in (("hr", 403), ("rep", 403)):
        assert client_of(key).post(f"/users/{target}{path}", data={"roles": "admin"}).status_code == status
    assert role_names("rep") == {"rep"}
    assert world.user("rep").active


def test_changed_roles_are_audited_and_end_the_devices(client_of: ClientOf) -> None:
    rep, target = client_of("rep"), world.user("rep").id
    client_of("admin").post(f"/users/{target}/roles", data={"roles": ["rep", "finance"]})
    assert role_names("rep") == {"rep", "finance"}
    assert rep.get("/settings").status_code == 302
    entry = next(e for e in audit.history("users", target) if e.action == "roles changed")
    assert entry.actor == "Ada Admin"
    assert entry.changes == {"roles": [["rep"], ["finance", "rep"]]}


def test_the_last_administrator_stays(client_of: ClientOf) -> None:
    admin, target = client_of("admin"), world.user("admin").id
    assert admin.post(f"/users/{target}/roles", data={"roles": ["rep"]}).status_code == 422
    admin.post(f"/users/{target}/disabling")
    assert role_names("admin") == {"admin"}
    assert world.user("admin").active


def test_people_list_costs_the_same_for_one_and_many(client_of: ClientOf, count_queries: list[str]) -> None:
    hr = client_of("hr")
    hr.get("/users")
    for search in ("Rita", "test-cycles"):
        count_queries.clear()
        assert hr.get(f"/users?q={search}").status_code == 200
        assert len([q for q in count_queries if q.startswith("SELECT")]) == 9


def test_settings_are_kept_and_the_page_speaks_them(client_of: ClientOf) -> None:
    rep = client_of("rep")
    data = {"name": "Rita R.", "locale": "de", "timezone": "Europe/Berlin"}
    assert rep.post("/settings", data=data).status_code == 303
    user = world.user("rep")
    assert (user.name, user.locale, user.timezone) == ("Rita R.", "de", "Europe/Berlin")
    assert '<html lang="de"' in rep.get("/settings").text
    assert rep.post("/settings", data=data | {"timezone": "Mars/Olympus"}).status_code == 422


def test_settings_cannot_smuggle_other_fields(client_of: ClientOf) -> None:
    data = {
        "name": "Rita",
        "locale": "en",
        "timezone": "UTC",
        "email": "x@evil.example",
        "roles": "admin",
        "active": "0",
    }
    client_of("rep").post("/settings", data=data)
    assert world.user("rep").email == "rep@test-cycles.example"
    assert role_names("rep") == {"rep"}


def test_an_htmx_request_without_sign_in_leaves_the_page(client: Client) -> None:
    answer = client.get("/users", htmx="list")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/signin?next=/")


def test_dangerous_acts_ask_who_is_there_again(client_of: ClientOf) -> None:
    admin = client_of("admin")
    with admin.session_transaction() as session:
        session["fs_paa"] = 0
        session.pop("fs_gexp", None)
    answer = admin.get("/users/new")
    assert answer.location == "/confirm-it-is-you?next=/users/new"
    target = world.user("rep").id
    assert "/confirm-it-is-you" in admin.post(f"/users/{target}/disabling").location
    assert world.user("rep").active
