"""Events of mail services: one reader per shape, into the same notices."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ..states import VERDICTS, Provider, Reason, Verdict
from .notice import Notice, judged
from .reasons import by_status, by_words, status_in


class Told(NamedTuple):
    """A notice with what tells which message it is about. `external_id`: the same event counts once."""

    notice: Notice
    external_id: str
    at: datetime | None
    message_key: str  # Message-ID as we wrote it, "" where the service does not say
    unsubscribed: bool = False


def read_events(provider: Provider, payload: Any) -> list[Told]:
    """What the payload tells, without what is none of our business (openings and clicks are followed by ourselves)."""
    events = payload if isinstance(payload, list) else [payload]
    return [told for event in events if isinstance(event, Mapping) for told in READERS[provider](event)]


def _failure(recipient: str, said: str, status: str = "", *, hard: bool | None = None, delayed: bool = False) -> Notice:
    """What the server's words say; where they say nothing, whether the service calls it permanent."""
    status = status_in(f"{status} ") or status_in(said)
    reason = by_words(said) or by_status(status)
    if reason is None or hard is False and VERDICTS[reason] == Verdict.HARD:
        reason = Reason.USER_UNKNOWN if hard else Reason.UNKNOWN
    return judged(recipient.lower(), status, reason, said, delayed=delayed)


def _ses(event: Mapping[str, Any]) -> Iterator[Told]:
    """Amazon SES: Bounce, Complaint, Delivery or DeliveryDelay, with every recipient it concerns."""
    kind = str(event.get("notificationType") or event.get("eventType") or "")
    told: Mapping[str, Any] = event.get(kind[:1].lower() + kind[1:]) or {}
    mail: Mapping[str, Any] = event.get("mail") or {}
    names = {str(one.get("name", "")).lower(): str(one.get("value", "")) for one in mail.get("headers") or ()}
    key = str(told.get("feedbackId") or f"{mail.get('messageId')}:{kind}:{told.get('timestamp', '')}")
    at = _iso(told.get("timestamp"))

    def one(notice: Notice) -> Told:
        return Told(notice, f"ses:{key}:{notice.recipient}", at, names.get("message-id", ""))

    for each in (*told.get("bouncedRecipients", ()), *told.get("delayedRecipients", ())):
        said = str(each.get("diagnosticCode", "")).removeprefix("smtp; ")
        permanent = told.get("bounceType") == "Permanent" if kind == "Bounce" else False
        yield one(
            _failure(each["emailAddress"], said, str(each.get("status", "")), hard=permanent, delayed=kind != "Bounce")
        )
    for each in told.get("complainedRecipients", ()):
        yield one(
            Notice(Verdict.COMPLAINT, each["emailAddress"].lower(), diagnostic=told.get("complaintFeedbackType") or "")
        )
    for address in told.get("recipients", ()) if kind == "Delivery" else ():
        said = str(told.get("smtpResponse", ""))
        yield one(Notice(Verdict.DELIVERED, address.lower(), status_in(said), diagnostic=said))


POSTMARK_HARD = frozenset({"HardBounce", "BadEmailAddress", "AddressChange"})


def _postmark(event: Mapping[str, Any]) -> Iterator[Told]:
    kind = event.get("RecordType")
    recipient = str(event.get("Email") or event.get("Recipient") or "").lower()
    at = _iso(event.get("BouncedAt") or event.get("DeliveredAt") or event.get("ChangedAt"))
    metadata: Mapping[str, Any] = event.get("Metadata") or {}
    key = f"postmark:{kind}:{event.get('ID') or event.get('MessageID')}:{recipient}"
    unsubscribed = False
    if kind == "Bounce":
        said = str(event.get("Details") or event.get("Description") or "")
        hard = event.get("Type") in POSTMARK_HARD
        blocked = event.get("Type") in ("Blocked", "SpamNotification", "DMARCPolicy")
        notice = (
            judged(recipient, status_in(said), Reason.POLICY, said) if blocked else _failure(recipient, said, hard=hard)
        )
    elif kind == "SpamComplaint":
        notice = Notice(Verdict.COMPLAINT, recipient)
    elif kind == "Delivery":
        notice = Notice(Verdict.DELIVERED, recipient, diagnostic=str(event.get("Details", "")))
    elif (
        kind == "SubscriptionChange"
        and event.get("SuppressSending")
        and event.get("SuppressionReason") == "ManualSuppression"
    ):
        notice, unsubscribed = Notice(Verdict.NONE, recipient), True
    else:
        return
    yield Told(notice, key, at, str(metadata.get("message-id", "")), unsubscribed)


def _sendgrid(event: Mapping[str, Any]) -> Iterator[Told]:
    kind = event.get("event") or ("bounce" if "reason" in event else "")
    recipient, said = (
        str(event.get("email", "")).lower(),
        str(event.get("reason") or event.get("response") or "").strip(),
    )
    if kind in ("bounce", "deferred", "dropped"):
        blocked = event.get("type") == "blocked"
        hard = None if "event" not in event else kind == "bounce" and not blocked
        status = str(event.get("status", ""))
        notice = _failure(recipient, said, status, hard=hard, delayed=kind == "deferred")
        if blocked and notice.verdict == Verdict.SOFT:
            notice = judged(recipient, notice.status, Reason.POLICY, said)
    elif kind == "spamreport":
        notice = Notice(Verdict.COMPLAINT, recipient)
    elif kind == "delivered":
        notice = Notice(Verdict.DELIVERED, recipient, status_in(said), diagnostic=said)
    elif kind in ("unsubscribe", "group_unsubscribe"):
        notice = Notice(Verdict.NONE, recipient)
    else:
        return
    key = event.get("sg_event_id") or f"{kind}:{recipient}:{event.get('timestamp') or event.get('created')}"
    unsubscribed = kind in ("unsubscribe", "group_unsubscribe")
    yield Told(notice, f"sendgrid:{key}", _epoch(event.get("timestamp")), str(event.get("smtp-id", "")), unsubscribed)


def _mailgun(event: Mapping[str, Any]) -> Iterator[Told]:
    data: Mapping[str, Any] = event.get("event-data") or {}
    kind, recipient = data.get("event"), str(data.get("recipient", "")).lower()
    status: Mapping[str, Any] = data.get("delivery-status") or {}
    said = str(status.get("message") or status.get("description") or "")
    if kind == "failed":
        permanent = data.get("severity") == "permanent"
        told = f"{status.get('code', '')} {said}".strip()
        hard = permanent and data.get("reason") in ("bounce", "suppress-bounce") and not by_words(said)
        notice = _failure(
            recipient, told, str(status.get("enhanced-code", "")), hard=hard or None, delayed=not permanent
        )
    elif kind == "complained":
        notice = Notice(Verdict.COMPLAINT, recipient)
    elif kind == "delivered":
        notice = Notice(Verdict.DELIVERED, recipient, diagnostic=said)
    elif kind == "unsubscribed":
        notice = Notice(Verdict.NONE, recipient)
    else:
        return
    names: Mapping[str, Any] = (data.get("message") or {}).get("headers") or {}
    key = str(names.get("message-id", "")).strip("<>")
    message_key = f"<{key}>" if key else ""
    yield Told(notice, f"mailgun:{data.get('id')}", _epoch(data.get("timestamp")), message_key, kind == "unsubscribed")


def _iso(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _epoch(value: Any) -> datetime | None:
    return datetime.fromtimestamp(float(value), UTC) if isinstance(value, int | float) else None


READERS: Mapping[Provider, Callable[[Mapping[str, Any]], Iterator[Told]]] = {
    Provider.SES: _ses,
    Provider.POSTMARK: _postmark,
    Provider.SENDGRID: _sendgrid,
    Provider.MAILGUN: _mailgun,
}


def shape_of(event: Any) -> Provider | None:
    """Which service a payload comes from, by its shape: for files."""
    first = event[0] if isinstance(event, list) and event else event
    marks = {
        "notificationType": Provider.SES, "eventType": Provider.SES, "RecordType": Provider.POSTMARK,
        "event-data": Provider.MAILGUN, "email": Provider.SENDGRID,
    }  # fmt: skip
    return next((found for mark, found in marks.items() if isinstance(first, Mapping) and mark in first), None)
