"""What a change of the model would do, before it is saved."""

from collections import Counter
from dataclasses import dataclass

from flask import g

from portal.kernel import clock
from portal.leads.models import Lead
from portal.leads.queries import what_if
from portal.scoring.queries import model
from portal.scoring.rules import GRADES, Rule

from .forms import EditRule


@dataclass(frozen=True)
class Preview:
    """The leads whose score would change, and the grades before and after."""

    changed: list[tuple[Lead, int, int, str, str]]  # lead, score now, score then, grade now, grade then
    count: int
    grades: list[tuple[str, int, int]]


def preview(form: EditRule, rule_id: int | None) -> Preview:
    """Score the open leads under the model with this rule in it (or out of it) and compare."""
    rules, now = model(), clock.now()
    tried = Rule(id=rule_id, **form.values("active", "preview"))
    others = [rule for rule in rules if rule.id != rule_id or rule_id is None]
    before = what_if(g.actor, rules, now)
    after = what_if(g.actor, [*others, tried] if form.active.data else others, now)
    pairs = [(lead, old, new) for (lead, old), (_, new) in zip(before, after, strict=True)]
    moved = sorted(
        ((lead, old.total, new.total, old.grade, new.grade) for lead, old, new in pairs if old.total != new.total),
        key=lambda row: (-abs(row[2] - row[1]), row[0].id),
    )
    was, becomes = Counter(old.grade for _, old, _ in pairs), Counter(new.grade for _, _, new in pairs)
    grades = [(name, was[name], becomes[name]) for name in GRADES if was[name] or becomes[name]]
    return Preview(moved[:20], len(moved), grades)
