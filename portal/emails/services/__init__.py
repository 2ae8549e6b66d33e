"""Writing emails, publishing them, and what they are made from."""

from .brand import edit_brand
from .drafts import (
    add_email,
    archive,
    change_blocks,
    copy_email,
    edit_email,
    redo,
    rename,
    restore_email,
    translate,
    undo,
    write,
)
from .publishing import publish, restore
from .shelf import forget_block, keep_picture, save_block
from .trying import send_test

__all__ = [
    "add_email", "archive", "change_blocks", "copy_email", "edit_brand", "edit_email", "forget_block", "keep_picture",
    "publish", "redo", "rename", "restore", "restore_email", "save_block", "send_test", "translate", "undo", "write",
]  # fmt: skip
