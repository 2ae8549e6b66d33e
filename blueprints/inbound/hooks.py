"""The door of mail services: what they tell is heard when its signature is right."""

from flask import Response, abort, current_app, request
from flask.sansio.blueprints import BlueprintSetupState

from portal.inbound import queries, services
from portal.inbound.states import Provider
from portal.kernel.db import transact
from portal.web import hooks, mailserver
from portal.web.auth import public

from .routes import bp


@bp.record_once
def _without_session(state: BlueprintSetupState) -> None:
    """The signature of the service stands in for CSRF protection."""
    state.app.extensions["csrf"].exempt(hear)


@bp.post("/hooks/mail/<provider>")
@public
def hear(provider: str) -> Response:
    """204 when it was kept; 403 makes the service try again, and says on the settings page what is wrong."""
    known = queries.webhook_of(Provider(provider)) if provider in set(Provider) else None
    secret = mailserver.unseal(current_app.extensions["settings"], known.secret) if known else None
    if known is None or secret is None:
        abort(404)
    found = known.provider
    try:
        told = hooks.genuine(found, secret, dict(request.headers), request.get_data(cache=False))
    except hooks.NotGenuine as error:
        why = str(error)
        transact(lambda: services.refuse(found, why))
        return Response(status=403)
    transact(lambda: services.receive(found, told))
    return Response(status=204)
