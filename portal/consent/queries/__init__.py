"""The gates before a message, hours and caps, topics, links, and what is known of an address."""

from .gates import GATES, Asked, Gate, block, count_sendings_by, may_track
from .hours import Timing, Wait, Waiting, hours_for, places_of, policy_of, timing, usual_policy
from .links import preference_token, reader_behind, unsubscribe_token
from .standing import Standing, asked_of, consents_of, home_region, may_send, point_of, recent_events, standing
from .topics import offered, topic_choices, topics

__all__ = [
    "GATES", "Asked", "Gate", "Standing", "Timing", "Wait", "Waiting", "asked_of", "block", "consents_of",
    "count_sendings_by", "home_region", "hours_for", "may_send", "may_track", "offered", "places_of", "point_of",
    "policy_of", "preference_token", "reader_behind", "recent_events", "standing", "timing", "topic_choices", "topics",
    "unsubscribe_token", "usual_policy",
]  # fmt: skip
