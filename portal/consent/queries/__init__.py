"""The gates before a message, hours and caps, topics, links, and what is known of an address."""

from .checks import Check, checks, first_shut
from .choices import Choice, choice_of, contacts_at, points_of
from .gates import GATES, Asked, Gate, block, count_sendings_by, may_track
from .hours import Timing, Wait, Waiting, has_caps, hours_for, places_of, policy_of, timing, usual_policy
from .links import asked_data, asked_for, preference_token, question_of, reader_behind, unsubscribe_token
from .persons import erasures, person_at, person_of, requests
from .standing import Standing, asked_of, consents_of, home_region, may_send, point_of, recent_events, standing
from .topics import count_by_topic, offered, topic_choices, topic_names, topics

__all__ = [
    "Asked", "Check", "Choice", "GATES", "Gate", "Standing", "Timing", "Wait", "Waiting", "asked_data", "asked_for",
    "asked_of", "block", "checks", "choice_of", "consents_of", "contacts_at", "count_by_topic", "count_sendings_by",
    "erasures", "first_shut", "has_caps", "home_region", "hours_for", "may_send", "may_track", "offered", "person_at",
    "person_of", "places_of", "point_of", "points_of", "policy_of", "preference_token", "question_of", "reader_behind",
    "recent_events", "requests", "standing", "timing", "topic_choices", "topic_names", "topics", "unsubscribe_token",
    "usual_policy",
]  # fmt: skip
