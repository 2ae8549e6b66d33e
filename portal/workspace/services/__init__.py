"""Notifying people, keeping views and files, and moving long work along."""

from .kept import (
    attach,
    mark_read,
    notify,
    remove_file,
    remove_view,
    rename_view,
    restore_file,
    save_view,
    share_view,
    take_in,
)
from .work import act_on, advance, cancel, fail, finish, go_on, lay_down, start, start_undo, take_up, undo_slice

__all__ = [
    "act_on",
    "advance",
    "attach",
    "cancel",
    "fail",
    "finish",
    "go_on",
    "lay_down",
    "mark_read",
    "notify",
    "remove_file",
    "remove_view",
    "rename_view",
    "restore_file",
    "save_view",
    "share_view",
    "start",
    "start_undo",
    "take_in",
    "take_up",
    "undo_slice",
]
