"""Accounts on networks, posts, and each post's publication on an account."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.campaigns.models import Campaign
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.organization.models import Owned

from .states import Network, PostState, PublicationState


class SocialAccount(Base, Versioned, Audited):
    __tablename__ = "social_account"
    noun = "social_accounts"
    unaudited = frozenset({"version", "secret"})

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)  # "@adventureworks@mastodon.example"
    network: Mapped[Network]
    url: Mapped[str] = mapped_column(default="")  # of the server, of the webhook, or of the page to post on by hand
    secret: Mapped[str] = mapped_column(default="")  # access token or signing key, sealed with the portal's secret
    active: Mapped[bool] = mapped_column(default=True)


class SocialPost(Base, Owned, Versioned, Audited):
    __tablename__ = "social_post"
    noun = "social_posts"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    text: Mapped[str]
    link: Mapped[str] = mapped_column(default="")  # without UTM parameters: each network gets its own
    publish_at: Mapped[datetime | None]
    state: Mapped[PostState] = mapped_column(default=PostState.DRAFT)
    round: Mapped[int] = mapped_column(default=0)  # how often it was scheduled
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    campaign: Mapped[Campaign | None] = relationship(lazy="raise_on_sql")
    pictures: Mapped[list["SocialPicture"]] = relationship(
        back_populates="post", cascade="all, delete-orphan", order_by="SocialPicture.id", lazy="raise_on_sql"
    )
    publications: Mapped[list["Publication"]] = relationship(
        back_populates="post", cascade="all, delete-orphan", order_by="Publication.id", lazy="raise_on_sql"
    )


class SocialPicture(Base):
    """A picture of a post, kept by `kernel.files`, and what it shows in words."""

    __tablename__ = "social_picture"
    __table_args__ = (CheckConstraint("alt <> ''", name="says_what_it_shows"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("social_post.id", ondelete="CASCADE"), index=True)
    key: Mapped[str]
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    alt: Mapped[str]
    post: Mapped[SocialPost] = relationship(back_populates="pictures", lazy="raise_on_sql")

    @property
    def name(self) -> str:
        return f"picture-{self.id}.{self.media_type.rpartition('/')[2]}"


class Publication(Base):
    __tablename__ = "publication"
    __table_args__ = (UniqueConstraint("post_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("social_post.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("social_account.id"))
    state: Mapped[PublicationState] = mapped_column(default=PublicationState.DUE)
    attempt: Mapped[int] = mapped_column(default=0)
    why: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")  # where it can be seen
    published_at: Mapped[datetime | None]
    post: Mapped[SocialPost] = relationship(back_populates="publications", lazy="raise_on_sql")
    account: Mapped[SocialAccount] = relationship(lazy="raise_on_sql")


refuse_on(
    "uq_social_account_name",
    "social_account.name",
    say=Refused("social.name_taken", "Another account has this name.", "name"),
)
