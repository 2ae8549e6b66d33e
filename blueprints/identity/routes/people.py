"""The people of the portal: what administrators do with their sign-ins."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Response, flash, g, redirect, url_for

from portal.identity import queries, services
from portal.identity.models import User
from portal.identity.rules import ROLE_NAMES
from portal.organization.queries import positions_of
from portal.web.auth import needs
from portal.web.forms import ActForm, act, submit
from portal.web.htmx import page, see
from portal.web.listing import list_page
from portal.web.records import record_url

from ..forms import ChangeRoles, EditUser, InviteUser, RequireSecondFactor
from . import bp


@bp.get("/users")
@needs("users.view")
def list_users() -> Response:
    asked = queries.roles_with_second_factor()
    return list_page(
        "identity/list_users.html",
        queries.PEOPLE,
        title="People",
        row_url=lambda user: record_url("users", user.id),
        asked=[ROLE_NAMES[role] for role in asked],
        factor_form=RequireSecondFactor(formdata=None, data={"roles": asked}),
    )


@bp.post("/users/second-factor")
@needs("users.edit", fresh=True)
def require_second_factor() -> Any:
    form = RequireSecondFactor()
    if submit(form, lambda: services.require_second_factor(g.actor, form.roles.data or [])):
        flash("Saved. Who holds one of these roles sets up a second factor on the next page they open.", "success")
    else:
        flash("Choose among the roles that are offered.", "bad")
    return see(list_users)


@bp.get("/users/new")
@needs("users.edit", fresh=True)
def new_user() -> Response:
    return _invitation_page(InviteUser(formdata=None))


@bp.post("/users/new")
@needs("users.edit", fresh=True)
def invite_user() -> Any:
    form = InviteUser()
    done = submit(form, lambda: services.invite_user(g.actor, form.email.data, form.name.data, form.roles.data).id)
    if not done:
        return _invitation_page(form)
    flash(f"{form.name.data} gets a mail with a link to choose a password.", "success")
    return redirect(url_for(".show_user", record_id=done.result), 303)


def _invitation_page(form: InviteUser) -> Response:
    status = form.status if form.errors else 200
    return page("identity/new_user.html", status=status, title="New person", crumbs=_crumbs(), form=form)


@bp.get("/users/<int:record_id>")
@needs("users.view")
def show_user(record_id: int) -> Response:
    user = queries.user(record_id)
    return _user_page(user, EditUser(formdata=None, obj=user), _roles_form(user))


@bp.post("/users/<int:record_id>")
@needs("users.edit", fresh=True)
def edit_user(record_id: int) -> Any:
    form = EditUser()
    if not submit(form, lambda: services.edit_user(g.actor, queries.user(record_id), **form.values())):
        user = queries.user(record_id)
        return _user_page(user, form, _roles_form(user))
    flash("Saved.", "success")
    return see(show_user, record_id=record_id)


@bp.post("/users/<int:record_id>/roles")
@needs("users.edit", fresh=True)
def change_roles(record_id: int) -> Any:
    form = ChangeRoles()
    if not submit(form, lambda: services.change_roles(g.actor, queries.user(record_id), form.roles.data)):
        user = queries.user(record_id)
        return _user_page(user, EditUser(formdata=None, obj=user), form)
    flash("The roles are changed; the person signs in again.", "success")
    return see(show_user, record_id=record_id)


def _roles_form(user: User) -> ChangeRoles:
    return ChangeRoles(formdata=None, data={"roles": list(user.role_names)})


def _user_page(user: User, form: EditUser, roles: ChangeRoles) -> Response:
    refused = [f for f in (form, roles) if f.errors]
    return page(
        "identity/user.html",
        status=refused[0].status if refused else 200,
        title=user.name,
        crumbs=_crumbs(),
        user=user,
        form=form,
        roles=roles,
        act_form=ActForm(formdata=None),
        seats=positions_of(user.id),
        secured=queries.has_second_factor(user),
    )


def _crumbs() -> list[tuple[str, str]]:
    return [("People", url_for(".list_users"))]


def _act(record_id: int, do: Callable[[User], None], said: str) -> Any:
    """A button on a person's page."""
    show = partial(see, show_user, record_id=record_id)
    return act(lambda: do(queries.user(record_id)), said, then=show, again=lambda status: show())


@bp.post("/users/<int:record_id>/disabling")
@needs("users.edit", fresh=True)
def disable_user(record_id: int) -> Any:
    return _act(record_id, lambda user: services.disable_user(g.actor, user), "Disabled and signed out everywhere.")


@bp.post("/users/<int:record_id>/enabling")
@needs("users.edit", fresh=True)
def enable_user(record_id: int) -> Any:
    return _act(record_id, lambda user: services.enable_user(g.actor, user), "The person can sign in again.")


@bp.post("/users/<int:record_id>/second-factor-reset")
@needs("users.edit", fresh=True)
def reset_second_factors(record_id: int) -> Any:
    return _act(record_id, lambda user: services.reset_second_factors(g.actor, user), "Second factors are forgotten.")


@bp.post("/users/<int:record_id>/sign-out")
@needs("users.edit", fresh=True)
def sign_out_everywhere(record_id: int) -> Any:
    return _act(record_id, lambda user: services.sign_out_everywhere(g.actor, user), "Signed out on every device.")


@bp.post("/users/<int:record_id>/invitation")
@needs("users.edit", fresh=True)
def repeat_invitation(record_id: int) -> Any:
    return _act(record_id, lambda user: services.repeat_invitation(g.actor, user), "A new link is on its way.")
