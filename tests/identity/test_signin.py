"""Signing in under attack: guessing, fixation, revoked devices, forged links."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from passlib.totp import TOTP
from sqlalchemy import func, select

from portal.identity import queries, services
from portal.identity.models import SignIn
from portal.identity.rules import Role as RoleName
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message, MessageContent
from tests import world
from tests.conftest import Client, create_schema, settings_for
from tests.identity.makers import PASSWORD, with_password
from wsgi import make_app

EMAIL = "rep@test-cycles.example"


def sign_in(client: Client, email: str = EMAIL, password: str = PASSWORD, **values: str) -> Any:
    return client.post("/signin", data={"email": email, "password": password, **values})


def is_in(client: Client) -> bool:
    return bool(client.get("/settings").status_code == 200)


def anonymous(answer: Any) -> str:
    """The page without the typed address and the token of the moment."""
    return re.sub(r'value="[\w.-]{60,}"', "", answer.text.replace("rex@", "rep@"))


def last_mail() -> str:
    text = db.session.scalar(select(MessageContent.text).order_by(MessageContent.id.desc()).limit(1))
    assert text
    return str(text)


def test_the_right_password_opens_a_device(client: Client) -> None:
    with_password("rep")
    answer = sign_in(client, next="/settings")
    assert (answer.status_code, answer.location) == (302, "/settings")
    assert is_in(client)
    device = db.session.scalars(select(SignIn).where(SignIn.ended_at.is_(None))).one()
    assert device.token_hash not in str(client.get_cookie("session"))
    assert world.user("rep").login_count == 1


def test_passwords_are_kept_as_argon2id(app: Flask) -> None:
    assert str(with_password("rep").password).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_wrong_password_and_unknown_address_look_alike(client: Client) -> None:
    with_password("rep")
    wrong, unknown = sign_in(client, password="not this one at all"), sign_in(client, email="rex@test-cycles.example")
    assert wrong.status_code == unknown.status_code == 422
    assert anonymous(wrong) == anonymous(unknown)


def test_a_planted_session_is_not_carried_over(client: Client) -> None:
    with_password("rep")
    with client.session_transaction() as session:
        session["device"], session["csrf_token"] = "planted", "planted"
    sign_in(client)
    with client.session_transaction() as session:
        assert session["device"] != "planted"
        assert session.get("csrf_token") != "planted"


def test_a_revoked_device_is_out_at_the_next_request(app: Flask) -> None:
    with_password("rep")
    here, there = app.test_client(), app.test_client()
    sign_in(here), sign_in(there)
    other = db.session.scalar(select(func.max(SignIn.id)))
    assert is_in(there)
    assert here.post(f"/settings/devices/{other}/removal").status_code == 303
    assert (is_in(here), is_in(there)) == (True, False)


def test_nobody_ends_the_devices_of_others(app: Flask, client_of: Callable[[str], Client]) -> None:
    victim = client_of("rep")
    device = db.session.scalar(select(func.max(SignIn.id)))
    client_of("admin").post(f"/settings/devices/{device}/removal")
    assert is_in(victim)


def test_signing_out_ends_the_cookie_for_good(client: Client) -> None:
    with_password("rep")
    sign_in(client)
    stolen = client.get_cookie("session")
    assert stolen
    assert client.get("/signout").status_code == 405
    client.post("/signout")
    client.set_cookie("session", stolen.value)
    assert not is_in(client)


def test_a_device_is_out_after_being_idle_and_in_any_case_after_twelve_hours(app: Flask, client: Client) -> None:
    with_password("rep")
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    with clock.frozen(start):
        sign_in(client)
    for minutes in range(60, 12 * 60, 60):
        with clock.frozen(start + timedelta(minutes=minutes)):
            assert is_in(client)
    with clock.frozen(start + timedelta(hours=12, minutes=1)):
        assert not is_in(client)
    idle = app.test_client()
    with clock.frozen(start):
        sign_in(idle)
    with clock.frozen(start + timedelta(minutes=121)):
        assert not is_in(idle)


def test_seen_is_noted_at_most_every_five_minutes(client: Client) -> None:
    with_password("rep")
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    with clock.frozen(start):
        sign_in(client)
    for minutes, seen in ((4, 0), (6, 6), (10, 6), (12, 12)):
        with clock.frozen(start + timedelta(minutes=minutes)):
            assert is_in(client)
        device = db.session.scalars(select(SignIn).where(SignIn.ended_at.is_(None))).one()
        assert device.seen_at == start + timedelta(minutes=seen)


def test_changing_the_password_keeps_this_device_only(app: Flask) -> None:
    with_password("rep")
    here, there = app.test_client(), app.test_client()
    sign_in(here), sign_in(there)
    fresh = {
        "password": PASSWORD,
        "new_password": "nine plums in a bucket",
        "new_password_confirm": "nine plums in a bucket",
    }
    assert here.post("/password", data=fresh).location == "/settings"
    assert (is_in(here), is_in(there)) == (True, False)


@pytest.mark.parametrize(
    "weak", ["short", "Password1234!", "aaaaaaaaaaaaaa", "123456789012345", "throughline2026", "Rita Rep 2026"]
)
def test_what_everybody_tries_is_refused(client: Client, weak: str) -> None:
    with_password("rep")
    sign_in(client)
    before = world.user("rep").password
    answer = client.post("/password", data={"password": PASSWORD, "new_password": weak, "new_password_confirm": weak})
    assert answer.status_code == 422
    assert world.user("rep").password == before


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "///evil.example", "\\\\evil",
     "/%0d%0aLocation: https://evil.example", "http:evil.example", "/a\r\nb"],
)  # fmt: skip
def test_next_stays_on_this_site(client: Client, target: str) -> None:
    with_password("rep")
    answer = sign_in(client, next=target)
    themed = client.post("/theme", data={"theme": "dark", "next": target})
    for location in (answer.location or "/", themed.location):
        assert re.match(r"/($|[^/\\])", location)


def test_a_reset_link_works_once_and_names_our_own_host(
    app: Flask, client: Client, run_jobs: Callable[[], int]
) -> None:
    with_password("rep")
    signed_in = app.test_client()
    sign_in(signed_in)
    client.post("/password/reset", data={"email": EMAIL}, headers={"Host": "evil.example"})
    run_jobs()
    link = re.search(r"http://portal\.test(/password/reset/\S+)", last_mail())
    assert link
    assert "evil" not in last_mail()
    assert client.get(link[1]).status_code == 200
    fresh = {"password": "nine plums in a bucket", "password_confirm": "nine plums in a bucket"}
    assert client.post(link[1], data=fresh).location == "/signin"
    assert not is_in(signed_in)
    again = client.post(link[1], data={k: "ten pears in the rain" for k in fresh})
    assert "/password/reset" in again.location
    assert sign_in(client, password="nine plums in a bucket").status_code == 302


def test_asking_for_a_reset_tells_nothing(client: Client, run_jobs: Callable[[], int]) -> None:
    with_password("rep")
    known = client.post("/password/reset", data={"email": EMAIL})
    unknown = client.post("/password/reset", data={"email": "rex@test-cycles.example"})
    assert known.status_code == unknown.status_code == 200
    assert anonymous(known) == anonymous(unknown)
    run_jobs()
    assert list(db.session.scalars(select(Message.address))) == [EMAIL]


def test_a_given_password_must_be_changed_first(client: Client) -> None:
    with_password("rep", must_change=True)
    sign_in(client)
    assert client.get("/settings").location == "/password"
    fresh = {
        "password": PASSWORD,
        "new_password": "nine plums in a bucket",
        "new_password_confirm": "nine plums in a bucket",
    }
    client.post("/password", data=fresh)
    assert is_in(client)


def test_a_disabled_person_is_out_and_stays_out(client: Client, client_of: Callable[[str], Client]) -> None:
    user = with_password("rep")
    sign_in(client)
    client_of("admin").post(f"/users/{user.id}/disabling")
    assert not is_in(client)
    assert sign_in(client).status_code == 422


def test_the_authenticator_code_is_asked_and_works_once(app: Flask, client: Client) -> None:
    user = with_password("rep")
    factory = app.extensions["security"].totp_factory
    secret = factory.generate_totp_secret()
    with unit_of_work():
        found = world.user("rep")
        found.tf_primary_method, found.tf_totp_secret = "authenticator", secret
    code = factory.generate_totp_password(secret)
    asked = sign_in(client).location
    assert "/signin/code" in asked
    assert client.get(asked).status_code == 200  # where the browser goes
    assert not is_in(client)
    assert client.post("/signin/code", data={"code": "000000"}).status_code == 422
    assert client.post("/signin/code", data={"code": code}).status_code == 302
    assert is_in(client)
    second = app.test_client()
    sign_in(second)
    assert second.post("/signin/code", data={"code": code}).status_code == 422
    assert not is_in(second)
    assert user.id


def test_a_recovery_code_works_once(app: Flask, client: Client) -> None:
    with_password("rep")
    with unit_of_work():
        found = world.user("rep")
        found.tf_primary_method = "authenticator"
        found.tf_totp_secret = app.extensions["security"].totp_factory.generate_totp_secret()
        codes = app.extensions["security"].mf_recovery_codes_util.create_recovery_codes(found)
    assert codes[0] not in str(world.user("rep").mf_recovery_codes)
    for client_now, status in ((client, 302), (app.test_client(), 422)):
        sign_in(client_now)
        assert client_now.post("/signin/recovery-code", data={"code": codes[0]}).status_code == status


@pytest.fixture
def own_app(tmp_path: Path) -> Any:
    """Makes apps with other settings than the test run's."""
    made = []

    def make(demo: bool = False, populated: bool = True, **config: Any) -> Flask:
        settings = settings_for(tmp_path).model_copy(update={"demo": demo})
        app = make_app(settings, **{"TESTING": True, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False, **config})
        app.test_client_class = Client
        context = app.app_context()
        context.push()
        made.append(context)
        create_schema(db.engine)
        if populated:
            world.populate()
        db.session.remove()
        return app

    yield make
    for context in made:
        db.session.remove()
        db.engine.dispose()
        context.pop()


def test_guessing_is_slowed_down_without_locking_the_owner_out(own_app: Any) -> None:
    client = own_app(RATELIMIT_ENABLED=True).test_client()
    with_password("rep")
    answers = [sign_in(client, password=f"guess number {n} of many").status_code for n in range(11)]
    assert answers == [422] * 10 + [429]
    assert sign_in(client).status_code == 429
    elsewhere = {"data": {"email": EMAIL, "password": PASSWORD}, "environ_base": {"REMOTE_ADDR": "10.0.0.9"}}
    assert client.post("/signin", **elsewhere).status_code == 302
    resets = [client.post("/password/reset", data={"email": EMAIL}).status_code for _ in range(6)]
    assert resets == [200] * 5 + [429]


def test_a_right_password_is_never_counted(own_app: Any) -> None:
    app = own_app(RATELIMIT_ENABLED=True)
    with_password("rep")
    assert {sign_in(app.test_client()).status_code for _ in range(12)} == {302}


def test_a_form_from_elsewhere_is_refused(own_app: Any) -> None:
    client = own_app(WTF_CSRF_ENABLED=True).test_client()
    with_password("rep")
    assert sign_in(client).status_code == 400


def test_another_site_cannot_post_here(client: Client) -> None:
    with_password("rep")
    data = {"email": EMAIL, "password": PASSWORD}
    assert client.post("/signin", data=data, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/signin", data=data, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 302


def test_one_click_exists_in_the_demo_only(app: Flask, own_app: Any) -> None:
    assert not [rule for rule in app.url_map.iter_rules() if "demo" in rule.rule]
    assert "sign_in_demo" not in str(app.view_functions)
    demo = own_app(demo=True)
    with unit_of_work():
        world.user("rep").demo_order = 1
    client, rep, hr = demo.test_client(), world.user("rep").id, world.user("hr").id
    assert client.get("/signin").text.count("/demo-signin/") == 1
    assert client.post(f"/demo-signin/{hr}").status_code == 404
    assert client.post(f"/demo-signin/{rep}").location == "/"
    assert is_in(client)


FACTS = {
    "company": "Ada's Bikes", "country": "DE", "currency": "EUR", "fiscal_year_start": "1", "timezone": "Europe/Berlin",
    "sender": "sales@bikes.example", "name": "Ada", "email": "ada@bikes.example",
}  # fmt: skip


def test_the_first_start_makes_an_administrator_with_a_password_that_works_once(own_app: Any) -> None:
    from portal.seeds import first_start

    app = own_app(populated=False)
    earlier, said = first_start(app), first_start(app)
    client = app.test_client()
    assert client.get("/settings").location.startswith("/signin")
    assert client.get("/setup").location.startswith("/signin")
    assert client.post("/setup", data=FACTS).location.startswith("/signin")
    email, password = said.split()[3], said.split()[-1]
    assert sign_in(client, email, earlier.split()[-1]).status_code == 422  # every start gives a new one
    assert sign_in(client, email, password).status_code == 302

    assert client.get("/setup").location == "/password"  # nothing before an own password
    assert client.post("/setup", data=FACTS).location == "/password"
    chosen = {"password": password, "new_password": PASSWORD, "new_password_confirm": PASSWORD}
    assert client.post("/password", data=chosen).status_code == 302
    assert client.get("/users").location == "/setup"  # and nothing before the company
    assert "one-time" not in first_start(app)

    assert client.post("/setup", data=FACTS | {"country": "XX"}).status_code == 422
    assert client.post("/setup", data=FACTS).location == "/mail-server"
    assert client.get("/mail-server").status_code == 200
    enrol(client)
    assert client.get("/setup").status_code == 404
    assert client.post("/setup", data=FACTS | {"email": "eve@evil.example"}).status_code == 404
    assert client.get("/users").status_code == 200
    assert "Management" in client.get("/organization").text
    assert client.get("/leads/new").status_code == 200  # the first person can do every work
    assert client.get("/imports/new").status_code == 200
    with app.app_context():
        admin = queries.user_called("ada@bikes.example")
        assert admin
        assert queries.user_called(email) is None
        assert queries.roles_with_second_factor() == [RoleName.ADMIN, RoleName.FINANCE]


def enrol(client: Client) -> None:
    """Set up an authenticator, which is all that is open to an administrator without one."""
    for path in ("/", "/leads", "/settings"):
        assert client.get(path).location == "/settings/authenticator"
    page = client.post("/settings/authenticator", data={"setup": "authenticator"}).text
    key = page.partition("<code>")[2].partition("</code>")[0].replace(" ", "").replace("-", "")
    action = re.search(r'action="(/settings/authenticator/[^"]+)"', page)
    assert action
    assert client.post(action[1], data={"code": TOTP(key=key).generate().token}).status_code == 302


def test_roles_that_need_a_second_factor_set_it_up_before_anything_else(
    client: Client, client_of: Any, actor: Any
) -> None:
    with_password("finance")
    with_password("rep")
    assert client_of("operator").post("/users/second-factor", data={"roles": "finance"}).status_code == 403
    with unit_of_work():
        services.require_second_factor(actor("admin"), [RoleName.FINANCE])

    sign_in(client, "finance@test-cycles.example")
    assert client.get("/").location == "/settings/authenticator"
    assert client.get("/invoices", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/settings/authenticator"
    assert client.post("/signout").status_code == 302
    sign_in(client)
    assert is_in(client)  # other roles go on as before


def test_administrators_choose_whose_sign_in_asks_for_more(client_of: Any) -> None:
    admin = client_of("admin")
    assert "A second factor is required of: <b>nobody</b>" in admin.get("/users").text
    assert admin.post("/users/second-factor", data={"roles": ["admin", "finance"]}).status_code == 303
    assert queries.roles_with_second_factor() == [RoleName.ADMIN, RoleName.FINANCE]
    assert admin.get("/users").location == "/settings/authenticator"
