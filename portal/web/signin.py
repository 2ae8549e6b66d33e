"""Flask-Security in our terms: its settings, our units of work around its views, devices, second factors, mails."""

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

import flask_login
import segno
from flask import Flask, Response, abort, current_app, g, make_response, redirect, render_template, request, session
from flask_security import MailUtil, PasswordUtil, Security, SQLAlchemyUserDatastore, Totp, WebauthnUtil
from flask_security.forms import ForgotPasswordForm, LoginForm
from flask_security.signals import password_changed, password_reset
from flask_security.utils import set_request_attr
from flask_wtf import FlaskForm
from markupsafe import Markup
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.identity import queries, services
from portal.identity.events import PasswordResetAsked
from portal.identity.models import Role, User, WebAuthn
from portal.identity.rules import is_common_password
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.kernel.outbox import emit

from .forms import Form
from .http import client_ip, user_agent

DEVICE = "device"  # the key of the cookie session that holds the device's token
RESET_MINUTES = 30
FRESH = timedelta(minutes=60)
UNUSED = {"security.two_factor_rescue"}  # codes by mail to a support address: we have recovery codes


# Nobody can register; answers never tell whether an address is known.
PAGES = {
    "SECURITY_LOGIN_URL": "/signin",
    "SECURITY_LOGOUT_URL": "/signout",
    "SECURITY_RESET_URL": "/password/reset",
    "SECURITY_CHANGE_URL": "/password",
    "SECURITY_VERIFY_URL": "/confirm-it-is-you",
    "SECURITY_TWO_FACTOR_SETUP_URL": "/settings/authenticator",
    "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/signin/code",
    "SECURITY_TWO_FACTOR_RESCUE_URL": "/signin/rescue",
    "SECURITY_TWO_FACTOR_SELECT_URL": "/signin/factor",
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": "/settings/recovery-codes",
    "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/signin/recovery-code",
    "SECURITY_WAN_REGISTER_URL": "/settings/passkeys",
    "SECURITY_WAN_SIGNIN_URL": "/signin/passkey",
    "SECURITY_WAN_DELETE_URL": "/settings/passkeys-removed",
    "SECURITY_WAN_VERIFY_URL": "/confirm-with-passkey",
    "SECURITY_POST_LOGIN_VIEW": "/",
    "SECURITY_POST_LOGOUT_VIEW": "/signin",
    "SECURITY_POST_CHANGE_VIEW": "/settings",
    "SECURITY_POST_RESET_VIEW": "/signin",
    "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "/settings",
    "SECURITY_WAN_POST_REGISTER_VIEW": "/settings",
    "SECURITY_MSG_PASSWORD_RESET_REQUEST": ("If %(email)s signs in here, a mail with a link is on its way.", "info"),
    "SECURITY_MSG_PASSWORD_RESET_NO_LOGIN": ("Your password is set. Sign in with it.", "success"),
    "SECURITY_MSG_INVALID_RESET_PASSWORD_TOKEN": ("This link has ended. Ask for a new one.", "error"),
    "SECURITY_MSG_PASSWORD_RESET_EXPIRED": ("This link has ended. Ask for a new one.", "error"),
}
RULES: dict[str, Any] = {
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_CACHE_CONTROL": {"no-store": None},
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
        "argon2__type": "ID", "argon2__memory_cost": 19456, "argon2__time_cost": 2, "argon2__parallelism": 1,
    },
    "SECURITY_PASSWORD_SALT": "unused: argon2 salts each password itself",
    "SECURITY_PASSWORD_LENGTH_MIN": 12,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_RECOVERABLE": True,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_TRACKABLE": True,
    "SECURITY_RESET_PASSWORD_WITHIN": timedelta(minutes=RESET_MINUTES),
    "SECURITY_FRESHNESS": FRESH,
    "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(minutes=15),
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_DATETIME_FACTORY": clock.now,
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"test_environment": True},  # company networks use .local, .test, .example
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
    "SECURITY_EMAIL_PLAINTEXT": False,  # the worker writes the mails
    "SECURITY_EMAIL_HTML": False,
}  # fmt: skip


def config(secret: str) -> dict[str, Any]:
    """Everything Flask-Security is told."""
    return {
        **PAGES,
        **RULES,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TOTP_SECRETS": {"1": derived(secret, "totp")},
        "SECURITY_TOTP_ISSUER": "Throughline",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 10,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [derived(secret, "recovery codes").encode()],
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_RP_NAME": "Throughline",
        "SECURITY_WAN_ALLOW_USER_HINTS": False,
    }


def derived(secret: str, purpose: str) -> str:
    """A key of its own for each purpose, in the spelling of Fernet keys."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}:{secret}".encode()).digest()).decode()


class Datastore(SQLAlchemyUserDatastore):
    """The unit of work around the view commits, nothing else does."""

    def commit(self) -> None:
        db.session.flush()


class Passwords(PasswordUtil):
    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """Also refuses what everybody tries first."""
        refused, normal = super().validate(password, is_register, **kwargs)
        user = kwargs.get("user")
        personal = (user.name, user.email) if user else ()
        if not refused and is_common_password(normal, *personal):
            refused = ["This password is on every attacker's list. Choose another."]
        return refused, normal


class OnceTotp(Totp):
    """A code is good for one sign-in, and its picture is drawn in the page: the policy forbids data: addresses."""

    def get_last_counter(self, user: Any) -> int | None:
        last: int | None = user.totp_last_counter
        return last

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        user.totp_last_counter = tmatch.counter

    def generate_qrcode(self, username: str, totp: str) -> Markup:
        drawn = segno.make(self.get_totp_uri(username, totp), micro=False)
        return Markup(drawn.svg_inline(scale=4, border=2, light="#fff", svgclass=None, lineclass=None))


class Passkeys(WebauthnUtil):
    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:
        """Any kind of device: the one at hand or a key. In place of a password it must know the person."""
        wish = UserVerificationRequirement.REQUIRED if usage == "first" else UserVerificationRequirement.PREFERRED
        return AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.REQUIRED, user_verification=wish)


class Mails(MailUtil):
    """Flask-Security asks for a mail; we note that one is owed. A worker writes and sends it."""

    def send_mail(self, template: str, *addressed: Any, **context: Any) -> None:
        emit(PasswordResetAsked(user_id=context["user"].id, asked_at=clock.now().isoformat()))


def limits() -> tuple[timedelta, timedelta]:
    """How long a device stays in: in all, and unused."""
    return current_app.config["SIGNED_IN_LONGEST"], current_app.config["SIGNED_IN_IDLE"]


class SignInForm(LoginForm):
    """An address that comes back on the page holds nothing that no page can show."""

    class Meta(Form.Meta):
        pass


class ResetForm(ForgotPasswordForm):
    class Meta(Form.Meta):
        pass


def connect(app: Flask) -> None:
    """Install the pages of Flask-Security; their POSTs each run in one unit of work."""
    security = Security(
        app,
        Datastore(db, User, Role, WebAuthn),
        mail_util_cls=Mails,
        password_util_cls=Passwords,
        totp_cls=OnceTotp,
        webauthn_util_cls=Passkeys,
        login_form=SignInForm,
        forgot_password_form=ResetForm,
        render_template=_render,  # type: ignore[arg-type]
    )
    security.principal.identity_loaders.clear()  # it would look for a person in every visitor's request; see auth.needs
    security.login_context_processor(_demo_people)
    app.login_manager.user_loader(load_user)  # type: ignore[attr-defined]
    app.login_manager.request_loader(None)  # type: ignore[attr-defined]  # nobody signs in by a token in an address
    for endpoint, view in list(app.view_functions.items()):
        if endpoint.startswith("security."):
            app.view_functions[endpoint] = _gone if endpoint in UNUSED else _in_one_unit(view)
    code_page = app.view_functions["security.two_factor_token_validation"]
    app.view_functions["security.two_factor_token_validation"] = _only_when_asked(code_page)
    for signal, act in (
        (flask_login.user_logged_in, _signed_in),
        (flask_login.user_logged_out, _signed_out),
        (password_changed, _password_changed),
        (password_reset, _password_reset),
    ):
        signal.connect(act, app)


def _gone(**values: Any) -> Response:
    abort(404)


def _only_when_asked(view: Callable[..., Any]) -> Callable[..., Any]:
    """Whoever is in and sets up no second factor has no code to give; the page itself would sign them out."""

    @wraps(view)
    def run(**values: Any) -> Any:
        if flask_login.current_user.is_authenticated and session.get("tf_state") != "validating_profile":
            return redirect(current_app.config["SECURITY_TWO_FACTOR_SETUP_URL"], 303)
        return view(**values)

    return run


def _in_one_unit(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def run(**values: Any) -> Any:
        if request.method != "POST":
            return view(**values)
        with unit_of_work():
            return view(**values)

    return run


def _render(template: str, **context: Any) -> Response:
    """Their pages in our templates; a refused form answers 422 as everywhere."""
    refused = request.method == "POST" and any(isinstance(v, FlaskForm) and v.errors for v in context.values())
    return make_response(render_template(template, **context), 422 if refused else 200)


def _demo_people() -> dict[str, Any]:
    return {"demo_people": queries.demo_people() if current_app.config["DEMO"] else ()}


def load_user(user_id: str) -> User | None:
    """The person whose cookie this is, while their device is signed in: one query for person, device and roles."""
    held = queries.signed_in(session.get(DEVICE, ""), *limits())
    if held is None or held.user.fs_uniquifier != user_id:
        return None
    g.sign_in, g.lacks_factor = held.sign_in, held.lacks_factor
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return held.user


def _signed_in(sender: Flask, user: User, **rest: Any) -> None:
    """A new token for every sign-in; what the visitor's cookie held before is not carried over."""
    services.end_sign_in(session.pop(DEVICE, ""))
    session.pop("csrf_token", None)
    session[DEVICE] = services.open_sign_in(user, client_ip(), user_agent())


def _signed_out(sender: Flask, **rest: Any) -> None:
    services.end_sign_in(session.pop(DEVICE, ""))


def _password_changed(sender: Flask, user: User, **rest: Any) -> None:
    user.must_change_password = False
    services.end_others(user.id, but=session.get(DEVICE, ""))


def _password_reset(sender: Flask, user: User, **rest: Any) -> None:
    user.must_change_password = False
    services.end_others(user.id)
