"""What one returned mail or event says about one recipient."""

from dataclasses import dataclass

from portal.inbound.states import VERDICTS, Reason, Verdict


@dataclass(frozen=True)
class Notice:
    verdict: Verdict
    recipient: str = ""
    status: str = ""  # RFC 3463, as reported
    reason: Reason | None = None
    diagnostic: str = ""
    delayed: bool = False  # a server still tries, and will tell again how it ended


def judged(recipient: str, status: str, reason: Reason, diagnostic: str, *, delayed: bool = False) -> Notice:
    """While a server still tries, nobody is gone."""
    verdict = VERDICTS[reason]
    if verdict == Verdict.HARD and delayed:
        verdict = Verdict.SOFT
    return Notice(verdict, recipient, status, reason, diagnostic[:500], delayed)
