"""The way from quote to cash as the process bar shows it."""

from collections.abc import Iterable

from portal.invoices.queries import Step

from .records import record_url


def bars(steps: Iterable[Step]) -> list[tuple[str, str, str, str]]:
    """Name, note, state and address of every step, for `stages`."""
    shown, reached = [], True
    for step in steps:
        state = "done" if step.done else "now" if step.record_id and reached else "after"
        reached = reached and step.done
        note = " · ".join(dict.fromkeys(part for part in (step.number, step.state) if part)) or "to come"
        shown.append((step.name, note, state, record_url(step.noun, step.record_id) if step.record_id else ""))
    return shown
