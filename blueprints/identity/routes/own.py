"""One's own settings and devices, the theme, invitations, and the one-click sign-in of the demo."""

from typing import Any

from flask import Response, current_app, flash, g, redirect, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask_security import current_user, hash_password, login_user

from portal.identity import queries, services
from portal.kernel import links
from portal.kernel.db import transact
from portal.kernel.errors import NotFound
from portal.web.auth import needs, public
from portal.web.forms import ActForm, submit
from portal.web.htmx import page, see
from portal.web.http import THEMES, safe_next
from portal.web.signin import DEVICE, limits

from ..forms import ChoosePassword, EditSettings
from . import bp


@bp.post("/theme")
@public
def set_theme() -> Any:
    """Light or dark, kept in the browser."""
    theme = request.form.get("theme", "")
    answer = redirect(safe_next(request.form.get("next")), 303)
    if theme in THEMES:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        answer.set_cookie("theme", theme, max_age=31536000, samesite="Lax", secure=secure, httponly=True)
    return answer


@bp.get("/settings")
@needs("workspace.use")
def show_settings() -> Response:
    return _settings_page(EditSettings(formdata=None, obj=current_user))


@bp.post("/settings")
@needs("workspace.use")
def save_settings() -> Any:
    form = EditSettings()
    if not submit(form, lambda: services.save_settings(queries.user(g.actor.user_id), **form.values())):
        return _settings_page(form)
    flash("Your settings are saved.", "success")
    return see(show_settings)


def _settings_page(form: EditSettings) -> Response:
    return page(
        "identity/settings.html",
        status=form.status if form.errors else 200,
        title="My settings",
        form=form,
        user=current_user,
        devices=queries.open_sign_ins(current_user.id, *limits()),
        this_device=g.sign_in.id,
    )


@bp.post("/settings/devices/<int:record_id>/removal")
@needs("workspace.use")
def end_device(record_id: int) -> Any:
    if submit(ActForm(), lambda: services.end_device(queries.user(g.actor.user_id), record_id)):
        flash("The device is signed out.", "success")
    return see(show_settings)


@bp.post("/settings/other-devices/removal")
@needs("workspace.use")
def end_other_devices() -> Any:
    token = session[DEVICE]
    if submit(ActForm(), lambda: services.end_others(g.actor.user_id, but=token)):
        flash("All other devices are signed out.", "success")
    return see(show_settings)


@bp.get("/invitations/<token>")
@public
def show_invitation(token: str) -> Response:
    return _invitation_page(token, ChoosePassword(formdata=None))


@bp.post("/invitations/<token>")
@public
def accept_invitation(token: str) -> Any:
    """The password is chosen; signing in with it comes next, so that the person sees that it works."""
    form = ChoosePassword()
    if not form.validate_on_submit():
        return _invitation_page(token, form)
    hashed = hash_password(form.password.data)  # outside of the transaction: it takes its time
    if not submit(form, lambda: services.accept_invitation(token, hashed).id):
        return _invitation_page(token, form)
    flash("Your password is set. Sign in with it.", "success")
    return redirect(url_for("security.login"), 303)


def _invitation_page(token: str, form: ChoosePassword) -> Response:
    user = queries.user(links.resolve(services.INVITATION, token).record_id)
    status = form.status if form.errors else 200
    return page("identity/invitation.html", status=status, title="Choose a password", form=form, user=user)


@public
def sign_in_demo(record_id: int) -> Any:
    """As one of the demo's people, without a password. This route exists in demo mode only."""

    def sign_in() -> None:
        user = queries.user(record_id)
        if user.demo_order is None or not user.active:
            raise NotFound("users.not_found", "This person is not on the demo's list.")
        login_user(user, authn_via=["demo"])

    transact(sign_in)
    return redirect(safe_next(request.form.get("next")), 303)


@bp.record
def _demo_only(state: BlueprintSetupState) -> None:
    if state.app.config["DEMO"]:
        state.add_url_rule("/demo-signin/<int:record_id>", "sign_in_demo", sign_in_demo, methods=["POST"])
