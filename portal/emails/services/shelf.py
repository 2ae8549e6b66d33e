"""Blocks and pictures that are kept for other emails."""

from copy import deepcopy

from sqlalchemy import select

from portal.kernel import files
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.pictures import read_picture
from portal.organization.queries import authorize

from ..models import EmailPicture, SavedBlock
from ..queries import email, saved_block
from ..rules.document import find


def save_block(actor: Actor, email_id: int, block_id: str, name: str) -> SavedBlock:
    """Raises Refused when another one has the name."""
    authorize(actor, "emails.edit")
    block = deepcopy(find(email(actor, email_id).document, block_id))
    made = SavedBlock(name=name, block=block, by=actor.name)
    db.session.add(made)
    db.session.flush()
    return made


def forget_block(actor: Actor, block_id: int) -> str:
    """Its name. Emails that use it have a copy of their own."""
    authorize(actor, "emails.edit")
    found = saved_block(block_id)
    db.session.delete(found)
    return found.name


def keep_picture(actor: Actor, name: str, content: bytes) -> EmailPicture:
    """The same picture again is the one that is there. Raises Refused."""
    authorize(actor, "emails.edit")
    read = read_picture(content)
    known = db.session.scalar(select(EmailPicture).where(EmailPicture.digest == read.digest))
    if known:
        return known
    facts = {"width": read.width, "height": read.height, "media_type": read.media_type, "size": len(read.content)}
    made = EmailPicture(name=name[:120], key=files.put(read.content), digest=read.digest, by=actor.name, **facts)
    db.session.add(made)
    db.session.flush()
    return made
