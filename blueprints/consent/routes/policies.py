"""Topics, and what each channel allows: who, how often, at which hours."""

from typing import Any

from flask import abort, flash, g, url_for

from portal.consent import queries, services
from portal.consent.models import ChannelPolicy, Topic
from portal.consent.states import Channel
from portal.organization.queries import get
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, page

from ..forms import EditPolicy, EditTopic
from ..pages import parts
from . import bp


@bp.get("/consent/topics")
@needs("topics.view")
def list_topics() -> Any:
    return page(
        "consent/topics.html", title="Topics", parts=parts(), topics=queries.topics(), said=queries.count_by_topic()
    )


@bp.get("/consent/topics/new")
@needs("consent.policy")
def new_topic() -> Any:
    return _topic_page(EditTopic(formdata=None, data={"public": True}))


@bp.post("/consent/topics/new")
@needs("consent.policy")
def create_topic() -> Any:
    form = EditTopic()
    if not submit(form, lambda: services.add_topic(g.actor, **form.values())):
        return _topic_page(form, status=form.status)
    flash("Topic added.", "success")
    return go(url_for(".list_topics"))


@bp.get("/consent/topics/<int:record_id>")
@needs("consent.policy")
def edit_topic(record_id: int) -> Any:
    return _topic_page(EditTopic(formdata=None, obj=get(g.actor, Topic, record_id)), record_id)


@bp.post("/consent/topics/<int:record_id>")
@needs("consent.policy")
def change_topic(record_id: int) -> Any:
    form = EditTopic()

    def current() -> dict[str, Any]:
        stored = get(g.actor, Topic, record_id)
        return {name: getattr(stored, name) for name in ("version", *form.values())}

    def act() -> int:
        return services.change_topic(g.actor, record_id, form.version.data, **form.values())

    if not submit(form, act, current=current):
        return _topic_page(form, record_id, form.status)
    flash("Topic saved.", "success")
    return go(url_for(".list_topics"))


def _topic_page(form: EditTopic, record_id: int | None = None, status: int = 200) -> Any:
    here = url_for(".change_topic", record_id=record_id) if record_id else url_for(".create_topic")
    return _form_page("Topic" if record_id else "New topic", form, here, url_for(".list_topics"), status)


@bp.get("/consent/policies")
@needs("consent.view")
def show_policies() -> Any:
    return page(
        "consent/policies.html",
        title="Policies",
        parts=parts(),
        policies=[queries.policy_of(channel) for channel in Channel],
    )


@bp.get("/consent/policies/<channel>")
@needs("consent.policy")
def edit_policy(channel: str) -> Any:
    policy = queries.policy_of(_channel(channel))
    return _policy_page(EditPolicy(formdata=None, obj=policy), policy)


@bp.post("/consent/policies/<channel>")
@needs("consent.policy")
def change_policy(channel: str) -> Any:
    form, about = EditPolicy(), _channel(channel)

    def current() -> dict[str, Any]:
        stored = queries.policy_of(about)
        return {name: getattr(stored, name) for name in ("version", *form.values())}

    def act() -> int:
        return services.set_policy(g.actor, about, form.version.data, **form.values())

    if not submit(form, act, current=current):
        return _policy_page(form, queries.policy_of(about), form.status)
    flash("Policy saved. It counts from the next message on.", "success")
    return go(url_for(".show_policies"))


def _channel(text: str) -> Channel:
    return Channel(text) if text in list(Channel) else abort(404)


def _policy_page(form: EditPolicy, policy: ChannelPolicy, status: int = 200) -> Any:
    name = "Email" if policy.channel == Channel.EMAIL else "SMS"
    here = url_for(".change_policy", channel=policy.channel.value)
    return _form_page(f"Policy for {name}", form, here, url_for(".show_policies"), status)


def _form_page(title: str, form: Any, here: str, back: str, status: int) -> Any:
    return page("consent/edit.html", status=status, title=title, form=form, here=here, back=back)
