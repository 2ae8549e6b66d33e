"""Posts go out at their time."""

from flask import current_app

from portal.kernel.db import transact
from portal.social.events import PublicationDue
from portal.social.services import claim, settle
from portal.web.networks import publish

from .registry import on


@on(PublicationDue, alone=True)
def publish_post(publication_id: int, round: int, attempt: int) -> None:
    one = transact(lambda: claim(publication_id, round, attempt))
    if one is not None:
        result = publish(current_app.extensions["settings"], one)
        transact(lambda: settle(publication_id, result))
