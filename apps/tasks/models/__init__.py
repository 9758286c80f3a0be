"""Tasks, the queue they are handed out from, and the leases on them."""

from apps.tasks.models.assets import Asset, AssetName, AssetQuerySet, AssetState
from apps.tasks.models.assignments import (
    FIRST_REPEAT,
    Apart,
    Assignment,
    AssignmentQuerySet,
    AssignmentState,
)
from apps.tasks.models.checks import CalibrationTask, CheckTask
from apps.tasks.models.queue import Offer, Place, Pool, QueueEntry, QueueState
from apps.tasks.models.tasks import LEFT_TO_CHANCE, Task, TaskQuerySet

__all__ = [
    "FIRST_REPEAT",
    "LEFT_TO_CHANCE",
    "Apart",
    "Asset",
    "AssetName",
    "AssetQuerySet",
    "AssetState",
    "Assignment",
    "AssignmentQuerySet",
    "AssignmentState",
    "CalibrationTask",
    "CheckTask",
    "Offer",
    "Place",
    "Pool",
    "QueueEntry",
    "QueueState",
    "Task",
    "TaskQuerySet",
]
