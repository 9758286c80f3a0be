"""Everything that changes tasks, their queue and the leases on them."""

from apps.tasks.actions.handing import hand_out
from apps.tasks.actions.leases import (
    SETTLE,
    Own,
    expire_leases,
    lock_own,
    release_assignment,
    renew_lease,
    settling,
    skip_assignment,
)
from apps.tasks.actions.nomore import NoMore
from apps.tasks.actions.offers import MOST_OFFERED, clear_offers, offer
from apps.tasks.actions.queue import (
    MIX,
    OVERLAP_OF_TASK,
    PRIORITY_OF_TASK,
    ask_for_one_more,
    keep_mixed,
    mix_queue,
    pool_for,
    queue_tasks,
    reopen_for_more,
    restore_tasks,
    set_overlap,
    withdraw_tasks,
)
from apps.tasks.actions.ranks import put_in_order, set_priorities
from apps.tasks.actions.states import AlreadySubmitted, IllegalMove, Refused

__all__ = [
    "MIX",
    "MOST_OFFERED",
    "OVERLAP_OF_TASK",
    "PRIORITY_OF_TASK",
    "SETTLE",
    "AlreadySubmitted",
    "IllegalMove",
    "NoMore",
    "Own",
    "Refused",
    "ask_for_one_more",
    "clear_offers",
    "expire_leases",
    "hand_out",
    "keep_mixed",
    "lock_own",
    "mix_queue",
    "offer",
    "pool_for",
    "put_in_order",
    "queue_tasks",
    "release_assignment",
    "renew_lease",
    "reopen_for_more",
    "restore_tasks",
    "set_overlap",
    "set_priorities",
    "settling",
    "skip_assignment",
    "withdraw_tasks",
]
