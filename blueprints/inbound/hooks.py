"""The door of mail services: what they tell is heard when its signature is right."""

from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Response, abort, current_app, request
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import gettext

from portal.inbound import queries, services
from portal.inbound.rules.keywords import Keyword
from portal.inbound.states import Provider
from portal.kernel.db import transact
from portal.kernel.errors import Refused
from portal.organization.queries import company
from portal.web import hooks, mailserver
from portal.web.auth import public

from .routes import bp


@bp.record_once
def _without_session(state: BlueprintSetupState) -> None:
    """The signature of the service stands in for CSRF protection."""
    state.app.extensions["csrf"].exempt(hear)
    state.app.extensions["csrf"].exempt(hear_text)


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


@bp.post("/hooks/sms")
@public
def hear_text() -> Response:
    """An incoming text message, told by the gateway that texts go out through. The answer is what it texts back."""
    settings, fields = current_app.extensions["settings"], request.form.to_dict()
    if settings.sms is None:
        abort(404)
    url, signature = (
        settings.public_url + request.full_path.removesuffix("?"),
        request.headers.get("X-Twilio-Signature", ""),
    )
    if not hooks.text_is_genuine(settings.sms.token, url, fields, signature):
        return Response(status=403)
    number, text, key = (fields.get(name, "") for name in ("From", "Body", "MessageSid"))
    try:
        said = transact(lambda: services.take_text(number, text, key)) if number and key else None
    except Refused:
        said = None  # a short code or a name: nobody who could be written to
    reply = Element("Response")
    if said == Keyword.HELP and "OptOutType" not in fields:  # else the gateway has answered by itself
        seller = company()
        sentence = gettext("%(name)s: write to %(email)s for help. Answer STOP and we text you no more.",
                           name=seller.name if seller else "", email=seller.email if seller else "")  # fmt: skip
        SubElement(reply, "Message").text = sentence
    return Response(tostring(reply, encoding="utf-8", xml_declaration=True), mimetype="text/xml")
