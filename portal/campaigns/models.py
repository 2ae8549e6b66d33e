"""Campaigns."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned
from portal.organization.models import Owned


class Campaign(Base, Owned, Versioned, Audited):
    __tablename__ = "campaign"
    noun = "campaigns"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    utm_campaign: Mapped[str] = mapped_column(unique=True)  # what links and forms carry
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
