"""How often a stranger may try a password, a code or a link: the figures of reliability promise A11."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, NamedTuple

from flask import Flask, Response, make_response, request, session
from werkzeug.exceptions import TooManyRequests

from . import limits
from .http import client_ip
from .limits import Limit

REFUSED = 422


def _address_tried() -> str:
    """Person and place together, so that nobody locks an owner out from elsewhere."""
    return f"{client_ip()} {request.form.get('email', '').strip().casefold()[:200]}"


def _person_half_in() -> str:
    """Who passed the password and is asked for the second factor; on other pages who is signed in."""
    return str(session.get("tf_user_id") or session.get("_user_id") or client_ip())


def _anybody() -> str:
    return ""


class Rule(NamedTuple):
    """Attempts to POST to these routes, counted together by `who`; `forgiving`: one that succeeds does not count."""

    name: str
    endpoints: tuple[str, ...]
    times: int
    period: timedelta
    who: Callable[[], str]
    forgiving: bool = True

    def limit(self) -> Limit:
        return Limit(self.name, self.who(), self.times, self.period)


MINUTES, HOUR, DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
SIGN_IN = ("security.login",)
SECOND = ("security.two_factor_token_validation", "security.mf_recovery", "security.two_factor_setup_validate")
PASSWORD = ("security.verify", "security.change_password")
LINKS = ("security.reset_password", "identity.accept_invitation")
FORGOT = ("security.forgot_password",)
RULES = (
    Rule("sign-in", SIGN_IN, 10, MINUTES, _address_tried),
    Rule("sign-in-ip", SIGN_IN, 100, MINUTES, client_ip),
    Rule("sign-in-all", SIGN_IN, 1000, MINUTES, _anybody),
    Rule("password", PASSWORD, 10, MINUTES, _person_half_in),
    Rule("second", SECOND, 5, MINUTES, _person_half_in),
    Rule("second-hour", SECOND, 20, HOUR, _person_half_in),
    Rule("second-day", SECOND, 50, DAY, _person_half_in),
    Rule("forgot", FORGOT, 5, DAY, _address_tried, forgiving=False),
    Rule("forgot-ip", FORGOT, 20, HOUR, client_ip, forgiving=False),
    Rule("links", LINKS, 20, HOUR, client_ip, forgiving=False),
)


def register(app: Flask) -> None:
    """After the blueprints, whose views it wraps."""
    for endpoint in {endpoint for rule in RULES for endpoint in rule.endpoints}:
        rules = [rule for rule in RULES if endpoint in rule.endpoints]
        app.view_functions[endpoint] = _limited(app.view_functions[endpoint], rules)


def _limited(view: Callable[..., Any], rules: list[Rule]) -> Callable[..., Response]:
    @wraps(view)
    def run(**values: Any) -> Response:
        if request.method != "POST":
            return make_response(view(**values))
        # Counted before the attempt, so that many at once do not all slip through.
        if wait := limits.wait(*(rule.limit() for rule in rules)):
            raise TooManyRequests(retry_after=int(wait.total_seconds()) + 1)
        good = [rule.limit() for rule in rules if rule.forgiving]
        answer = make_response(view(**values))
        if answer.status_code != REFUSED:
            limits.refund(*good)
        return answer

    return run
