"""The handover brief as plain tables, for paper."""

from collections.abc import Mapping, Sequence

from .queries import Brief

Section = tuple[str, Sequence[str], Sequence[Sequence[str]]]


def sections(brief: Brief, names: Mapping[int, str]) -> list[Section]:
    """Title, head and rows of each table; text only."""

    def who(position_id: int | None) -> str:
        return names.get(position_id or 0, "Nobody")

    deals = [
        (d.name, d.stage.capitalize(), str(d.close_on), d.next_step, f"{d.amount:,.2f} {d.currency}")
        for d in brief.deals
    ]
    promises = [
        (p.text, str(p.due or ""), f"{p.amount:,.2f} {p.currency}" if p.amount is not None else "")
        for p in brief.promises
    ]
    tasks = [(e.activity.subject, who(e.activity.owner_id), f"{e.activity.due_at:%Y-%m-%d}") for e in brief.tasks]
    told = [
        (f"{e.activity.at:%Y-%m-%d}", e.activity.kind.capitalize(), f"{e.activity.subject} {e.activity.body}".strip())
        for e in [*brief.touches, *brief.notes]
    ]
    people = [(c.name, c.job_title, c.email or "", c.mobile or c.phone) for c in brief.contacts]
    overdue = [(i.number or "", str(i.due_on), f"{i.amount_due:,.2f} {i.currency}") for i in brief.overdue]
    owners = [(who(h.owner_id), str(h.starts_on), str(h.ends_on or ""), h.reason) for h in brief.history]
    return [
        ("Open deals", ("Deal", "Stage", "Closes", "Next step", "Amount"), deals),
        ("Promised", ("What", "Until", "Amount"), promises),
        ("To do", ("Task", "Who", "Due"), tasks),
        ("Last touches and notes", ("When", "What", "Said"), told),
        ("People", ("Name", "Role", "Email", "Phone"), people),
        ("Overdue invoices", ("Invoice", "Due", "Amount"), overdue),
        ("Owners so far", ("Owner", "From", "Until", "Why"), owners),
    ]
