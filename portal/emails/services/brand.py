"""What all emails wear."""

from typing import Any

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.organization.queries import authorize

from ..models import BrandKit
from ..queries import brand


def edit_brand(actor: Actor, version: int | None, **values: Any) -> BrandKit:
    """From now on; versions keep what they wore."""
    authorize(actor, "emails.edit")
    kit = brand()
    if kit.version is not None:
        kit.expect(version)
    for name, value in values.items():
        setattr(kit, name, value)
    db.session.add(kit)
    db.session.flush()
    return kit
