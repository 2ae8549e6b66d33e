"""Writing down what people said, blocking addresses, preferences, topics and policies."""

from .blocks import BLOCK_FIELDS, end_block, import_block_rows, is_erased, release, suppress
from .choices import Told, choose, leave, leave_all, request_data
from .ledger import CONSENT_FIELDS, ask, confirm, record, take_over
from .persons import erase, export, fetch, refuse_request
from .policies import add_topic, change_topic, set_policy

__all__ = [
    "BLOCK_FIELDS", "CONSENT_FIELDS", "Told", "add_topic", "ask", "change_topic", "choose", "end_block",
    "confirm", "erase", "export", "fetch", "import_block_rows", "is_erased", "leave", "leave_all", "record",
    "refuse_request", "release", "request_data", "set_policy", "suppress", "take_over",
]  # fmt: skip
