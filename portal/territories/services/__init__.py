"""Drawing trees and rules, planning in copies, putting a model in force."""

from .models import activate_model, change_model, clone_model, remove_model
from .tree import (
    RuleValues,
    add_rule,
    add_territory,
    change_rule,
    change_territory,
    columns_of,
    remove_rule,
    remove_territory,
    set_default,
)

__all__ = [
    "RuleValues",
    "activate_model",
    "add_rule",
    "add_territory",
    "change_model",
    "change_rule",
    "change_territory",
    "clone_model",
    "columns_of",
    "remove_model",
    "remove_rule",
    "remove_territory",
    "set_default",
]
