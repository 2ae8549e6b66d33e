"""Emails, pictures and brands."""

import io
from typing import Any

from PIL import Image

from portal.emails import services
from portal.emails.models import Email, EmailPicture
from portal.emails.rules import gallery
from portal.kernel.actor import SYSTEM
from portal.kernel.db import unit_of_work


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
