"""Events of mail services, one shape each, read into the same notices."""

from collections.abc import Iterator, Mapping
from typing import Any

from portal.inbound.states import Reason, Verdict

from .notice import Notice, judged
from .reasons import by_status, by_words, status_in


def ses_notices(event: Mapping[str, Any]) -> Iterator[Notice]:
    """Amazon SES: Bounce, Complaint or Delivery, with every recipient it concerns."""
    kind = str(event.get("notificationType") or event.get("eventType") or "").lower()
    told = event.get(kind) or {}
    for one in told.get("bouncedRecipients", ()):
        said = str(one.get("diagnosticCode", "")).removeprefix("smtp; ")
        status = status_in(str(one.get("status", ""))) or status_in(said)
        yield judged(one["emailAddress"].lower(), status, by_words(said) or by_status(status) or Reason.UNKNOWN, said)
    for one in told.get("complainedRecipients", ()):
        yield Notice(Verdict.COMPLAINT, one["emailAddress"].lower(), diagnostic=told.get("complaintFeedbackType", ""))
    if kind == "delivery":
        said = str(told.get("smtpResponse", ""))
        for address in told.get("recipients", ()):
            yield Notice(Verdict.DELIVERED, address.lower(), status_in(said), diagnostic=said)
