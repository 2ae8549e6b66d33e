"""An event with a guest, for the walk over all routes."""

from datetime import timedelta
from typing import Any

from portal.events.models import Event
from portal.events.rules import guest_path
from portal.kernel import clock
from tests.world import add

from .makers import event, guest


def make() -> dict[str, dict[str, Any]]:
    soon = clock.now() + timedelta(hours=2)
    found: Event = event(starts_at=soon, ends_at=soon + timedelta(hours=1))
    coming = guest(found.id, at=clock.now())
    mine = {"token": guest_path(coming.id, found.ends_at).rpartition("/")[2]}
    draft = add(event(state="draft", starts_at=soon, ends_at=soon + timedelta(hours=1)))
    return {
        "events": {"record_id": found.id, "slug": found.slug, "place": "registered"},
        "events.publish_event": {"record_id": draft.id},
        "events.move_registration": {"record_id": coming.id, "state": "attended"},
        **dict.fromkeys(("events.show_registration", "events.cancel_registration", "events.return_registration"), mine),
    }
