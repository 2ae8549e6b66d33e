"""What a mailing is to its campaign: whom it was sent to become members, and what they did is their response."""

from typing import Any

from sqlalchemy import ColumnElement, func, select

from portal.campaigns.models import CampaignMember
from portal.campaigns.services import Response, enrol, respond
from portal.campaigns.states import MemberStatus
from portal.kernel.db import db
from portal.messages.models import Message

from ..models import Broadcast


def tell_campaigns(within: ColumnElement[bool]) -> None:
    """Bring campaigns up to date with these messages; doing it again changes nothing."""
    theirs = (Message.noun_of == Broadcast.noun, Message.contact_id.is_not(None), within)
    mailings = select(Broadcast.id, Broadcast.campaign_id, Broadcast.name).join(
        Message, Message.record_id == Broadcast.id
    )
    mailings = mailings.where(*theirs, Broadcast.campaign_id.is_not(None)).distinct()
    found: Any = db.session.execute(mailings).all()
    for broadcast_id, campaign_id, name in found:
        mine = (*theirs, Message.record_id == broadcast_id)
        sent = select(Message.contact_id).where(*mine, Message.sent_at.is_not(None)).distinct()
        enrol(campaign_id, sent, source=f"broadcast: {name}", status=MemberStatus.SENT)
        clicked = func.min(func.coalesce(Message.human_clicked_at, Message.replied_at)).label("at")
        silent = select(CampaignMember.contact_id).where(
            CampaignMember.campaign_id == campaign_id, CampaignMember.responded_at.is_(None)
        )
        did = select(Message.contact_id, clicked, func.min(Message.human_clicked_at)).group_by(Message.contact_id)
        did = did.where(*mine, Message.contact_id.in_(silent)).having(clicked.is_not(None))
        responses: Any = db.session.execute(did).all()
        respond(
            Response(campaign_id, contact_id, at, f"{'Clicked' if click else 'Answered'} {name}")
            for contact_id, at, click in responses
        )
