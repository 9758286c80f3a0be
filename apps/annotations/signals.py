"""What annotations tell the apps above. Published through the outbox, in the transaction."""

TASK_CHANGED = "annotations.task_changed"
"""Something changed that is counted about a task: its answers, what excludes them, its meta."""

BAR_CHANGED = "annotations.bar_changed"
"""What counts as a conflict is now another distance, or another set of questions."""
