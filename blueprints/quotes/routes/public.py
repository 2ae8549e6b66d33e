"""What a customer sees and answers behind the link in the mail. A GET changes nothing, whoever follows the link."""

from decimal import Decimal
from io import BytesIO
from typing import Any

from flask import Response, g, make_response, render_template, request, send_file, url_for

from portal.kernel import clock, files, links
from portal.kernel.actor import Actor, become
from portal.kernel.errors import NotFound
from portal.orders.queries import of_revision
from portal.orders.services import accept_offer
from portal.quotes import queries, services
from portal.quotes.queries import Offer
from portal.quotes.states import RevisionState
from portal.web.auth import public
from portal.web.forms import submit
from portal.web.htmx import go
from portal.web.http import client_ip
from portal.web.language import formats, locale_of

from ..forms import AcceptOffer, DeclineOffer
from . import bp

ENDED = {RevisionState.SUPERSEDED, RevisionState.EXPIRED, RevisionState.CANCELLED}


@bp.get("/q/<token>")
@public
def show_offer(token: str) -> Response:
    try:
        offer = _offer(token)
    except NotFound:
        return _ended(None)
    return _offer_page(token, offer)


@bp.get("/q/<token>/pdf")
@public
def show_offer_pdf(token: str) -> Response:
    try:
        offer = _offer(token)
    except NotFound:
        return _ended(None)
    if offer.state in ENDED:
        return _ended(offer)
    if offer.pdf_key is None:
        raise NotFound("quote.no_pdf", "The PDF is being made. Try again in a minute.")
    name = f"{offer.number}-{offer.revision}.pdf"
    return _private(send_file(BytesIO(files.read(offer.pdf_key)), "application/pdf", download_name=name))


@bp.post("/q/<token>/acceptance")
@public
def create_acceptance(token: str) -> Any:
    offer = _offer(token)
    if offer.state in ENDED:
        return _ended(offer)
    form = AcceptOffer()

    def accept() -> int:
        customer = Actor(form.signed_as.data)
        become(customer)
        return accept_offer(
            customer,
            offer.quote_id,
            offer.revision,
            ip=client_ip(),
            reference=form.reference.data or "",
            at=clock.now(),
        )

    if not submit(form, accept):
        return _offer_page(token, _offer(token), form.status, accept_form=form)
    return go(url_for(".show_offer", token=token))


@bp.post("/q/<token>/decline")
@public
def create_decline(token: str) -> Any:
    offer = _offer(token)
    if offer.state in ENDED:
        return _ended(offer)
    form = DeclineOffer()

    def decline() -> None:
        customer = Actor(offer.document["to"]["person"] or offer.document["to"]["name"])
        become(customer)
        services.decline(customer, offer.quote_id, offer.revision, reason=form.reason.data)

    if not submit(form, decline):
        return _offer_page(token, _offer(token), form.status, decline_form=form)
    return go(url_for(".show_offer", token=token))


def _offer(token: str) -> Offer:
    """Exactly the revision the link was made for. The page speaks the customer's language. Raises NotFound."""
    link = links.resolve(services.LINK, token)
    offer = queries.offer(link.record_id, link.record_version)
    g.locale = str(locale_of(offer.document["language"]))
    return offer


def _offer_page(token: str, offer: Offer, status: int = 200, **forms: Any) -> Response:
    if offer.state in ENDED:
        return _ended(offer)
    document = offer.document
    ready = {
        "accept_form": AcceptOffer(formdata=None, signed_as=document["to"]["person"]),
        "decline_form": DeclineOffer(formdata=None),
    }
    over = offer.state == RevisionState.SENT and offer.valid_until < queries.seller_today()
    order = of_revision(offer.revision_id) if offer.state == RevisionState.ACCEPTED else None
    return _private(
        make_response(
            render_template(
                "quotes/public.html",
                title=f"{document['subject'] or offer.number} · {queries.seller().name}",
                offer=offer,
                doc=document,
                token=token,
                over=over,
                order=order,
                exact=Decimal,
                fmt=formats(locale_of(document["language"])),
                **(ready | forms),
            ),
            status,
        )
    )


def _ended(offer: Offer | None) -> Response:
    """404 for a link that is unknown, withdrawn or past its time; 410 for an offer that ended."""
    page = render_template("quotes/public_ended.html", title=queries.seller().name, offer=offer, request=request)
    return _private(make_response(page, 410 if offer else 404))


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
