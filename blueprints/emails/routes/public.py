"""What recipients reach: the mail as a page, and the pictures in it."""

from typing import Any

from flask import Response

from portal.emails import queries
from portal.emails.rules import gallery
from portal.kernel import files
from portal.web.auth import public

from . import bp
from .previews import sent_as_mail

FOREVER = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "cross-origin",  # mail programs in a browser show it on their pages
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


@bp.get("/e/v/<token>")
@public
def show_mail(token: str) -> Any:
    """As it was sent."""
    return sent_as_mail(queries.sent_html(token))


@bp.get("/mail-pictures/<name>")
@public
def show_picture(name: str) -> Any:
    """At an address that nobody guesses; what is there never changes."""
    if name in gallery.PICTURES:
        return Response(gallery.picture(name), mimetype="image/png", headers=FOREVER)
    found = queries.picture_at(name.partition(".")[0])
    return Response(files.read(found.key), mimetype=found.media_type, headers=FOREVER)
