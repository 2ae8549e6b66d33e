"""Acts on plans, periods and pay. Every one joins the caller's unit of work."""

from .entries import (
    adjust,
    answer_dispute,
    confirm_statement,
    keep_paper,
    raise_dispute,
    record_objective,
    remove_adjustment,
    show_on_leaderboard,
)
from .periods import (
    CHUNK,
    approve,
    calculate,
    calculate_some,
    end_calculation,
    lock,
    open_current,
    open_period,
    reopen,
    send_to_review,
    start_calculation,
)
from .plans import (
    accept_plan,
    add_draw,
    add_participant,
    approve_version,
    change_participant,
    create_plan,
    draft_version,
    move_draft,
    remove_component,
    save_component,
    set_policy,
)

__all__ = [
    "CHUNK", "accept_plan", "add_draw", "add_participant", "adjust", "answer_dispute", "approve", "approve_version",
    "calculate", "calculate_some", "change_participant", "confirm_statement", "create_plan", "draft_version",
    "end_calculation", "keep_paper", "lock", "move_draft", "open_current", "open_period", "raise_dispute",
    "record_objective", "remove_adjustment", "remove_component", "reopen", "save_component", "send_to_review",
    "set_policy", "show_on_leaderboard", "start_calculation",
]  # fmt: skip
