"""Emails, pictures and brands."""

import io
from typing import Any

from PIL import Image

from portal.emails import services
from portal.emails.models import Email, EmailPicture
from portal.emails.rules import gallery
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message
from portal.messages.rules.tracking import make_token


def email(template: str = "newsletter", **values: Any) -> Email:
    """A draft made from a template."""
    with unit_of_work():
        return services.add_email(SYSTEM, **{"name": "Letter", **gallery.begin(template), **values})


def published(template: str = "newsletter", **values: Any) -> Email:
    made = email(template, **values)
    with unit_of_work():
        services.publish(SYSTEM, made.id)
    return made


def png(width: int = 20, height: int = 10, colour: str = "red", kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind)
    return out.getvalue()


def picture() -> EmailPicture:
    with unit_of_work():
        return services.keep_picture(SYSTEM, "red.png", png())


def shown() -> str:
    """The last part of a picture's address."""
    return picture().path.rpartition("/")[2]


def saved_block() -> int:
    made = email()
    with unit_of_work():
        return services.save_block(SYSTEM, made.id, "b2", "Picture of hills").id


def web_view() -> str:
    """The token of the page of a test mail."""
    made = email()
    with unit_of_work():
        sent = services.send_test(SYSTEM, made.id, to="ann@example.com", values={})
        message = db.session.get_one(Message, sent)
        return make_token(message.id, message.content_id)
