"""Every change of threads."""

from apps.comments.actions.threads import (
    BadComment,
    NotNow,
    delete_comment,
    edit_comment,
    open_thread,
    reply,
    resolve_thread,
)

__all__ = [
    "BadComment",
    "NotNow",
    "delete_comment",
    "edit_comment",
    "open_thread",
    "reply",
    "resolve_thread",
]
