"""What is known of the tasks that nobody has begun, as arrays for a strategy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from apps.core.jobs import Progress
from apps.projects.models import Project
from apps.routing.actions.annotators import Annotators, annotators_for
from apps.routing.actions.copied import copied_keys
from apps.routing.actions.features import Features, keep_features
from apps.routing.actions.labels import Known
from apps.routing.actions.training import MOST_CANDIDATES, Trained, some_of
from apps.routing.learners.features import dense
from apps.routing.models import ModelRun
from apps.routing.strategies import Mixture, Pool
from apps.routing.strategies.lots import Draw

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float32]
BLOCK = 10_000

WAITING = (
    "SELECT task_id FROM tasks_queueentry"
    " WHERE project_id = {project} AND state = 'open' AND handed = 0 AND submitted = 0"
)

# Tasks that still get answers, by when somebody first had them in hand.
BEGUN = """
SELECT q.task_id FROM tasks_queueentry q
WHERE q.project_id = %s AND q.state = 'open' AND q.handed > 0 AND q.handed < q.overlap
ORDER BY (SELECT min(a.id) FROM tasks_assignment a WHERE a.task_id = q.task_id), q.task_id LIMIT %s
"""
MOST_BEGUN = 1_000


class Leader(Protocol):
    """A model by which tasks are put in order: the one that learns here, or one of the project's own."""

    @property
    def run(self) -> ModelRun: ...

    @property
    def known(self) -> Known: ...

    def candidates(self, tasks: IntArray, draw: int) -> IntArray:
        """Of tasks that wait those about which it can say something."""
        ...

    def compared(self, draw: int) -> IntArray:
        """Of what is known, the places with which candidates are compared."""
        ...

    def chances_of(self, tasks: IntArray) -> FloatArray:
        """Tasks x labels, of candidates and of what they are compared with."""
        ...


@dataclass(frozen=True, eq=False)
class Candidates:
    """The pool, the task of each of its units, and how many wait in all."""

    pool: Pool
    tasks: IntArray
    waiting: int
    # Of the units, what the model says; None without one.
    probabilities: FloatArray | None
    # Who can be asked, in the order of the pool's skills; None where the strategy does not ask.
    annotators: Annotators | None = None

    @property
    def open(self) -> int:
        return int(self.pool.open_places().size)


def waiting_tasks(project: Project) -> IntArray:
    """By key."""
    return copied_keys(WAITING.format(project=int(project.pk)))


def begun_tasks(project: Project, most: int = MOST_BEGUN) -> IntArray:
    """Those with room that somebody has answered or has in hand, the first begun first."""
    with connection.cursor() as cursor:
        cursor.execute(BEGUN, (project.pk, most))
        return np.array([pk for (pk,) in cursor.fetchall()], np.int64)


def candidates_for(
    *,
    project: Project,
    mixture: Mixture,
    trained: Leader | None,
    draw: int,
    progress: Progress,
) -> Candidates:
    """With what the strategies need, and no more. `draw` numbers the lots, where some are taken."""
    waiting, annotators, needs = waiting_tasks(project), None, mixture.needs
    features = _features(project, needs, trained, progress)
    if trained is None:
        readable = np.intersect1d(waiting, features.tasks) if features else waiting
        tasks, label = some_of(readable, draw, MOST_CANDIDATES), None
        opened = tasks.size
    else:
        # What is known already (from a file's annotators, say) tells a model nothing more.
        opens = trained.candidates(np.setdiff1d(waiting, trained.known.tasks), draw)
        opened = opens.size
        if "skills" in needs:
            annotators = annotators_for(trained.run.question, trained.known.values)
        begun = begun_tasks(project) if annotators else opens[:0]
        tasks, label = _beside(trained, opens, begun, draw)
    is_open = np.arange(tasks.size) < opened
    says = _said(trained, tasks, progress) if trained else None
    own = trained if isinstance(trained, Trained) else None
    pool = Pool(
        units=tasks.size,
        keys=tasks,
        is_open=is_open,
        probabilities=says,
        features=_dense(features, tasks) if features else None,
        committee=_committee(own, tasks, mixture) if own else None,
        labels=label,
        votes=_no_votes(tasks, says) if "votes" in needs else None,
        strata=_groups(project, tasks) if "strata" in needs else None,
        skills=annotators.skills if annotators else None,
        paces=annotators.paces if annotators else None,
    )
    return Candidates(pool, tasks, waiting.size, says, annotators)


def _features(
    project: Project, needs: frozenset[str], trained: Leader | None, progress: Progress
) -> Features | None:
    """What strategies ask of what tasks say; before the first labels, too, it is known without them."""
    if "features" not in needs:
        return None
    if trained is None:
        return keep_features(project, progress)
    return trained.features if isinstance(trained, Trained) else None


def _beside(
    trained: Leader, opens: IntArray, begun: IntArray, draw: int
) -> tuple[IntArray, IntArray]:
    """With what they are compared with, and what is begun, each once; and the labels that are known."""
    known = trained.compared(draw)
    tasks = np.concatenate([opens, trained.known.tasks[known]])
    more = trained.candidates(np.setdiff1d(begun, tasks), draw)
    unknown = np.full(opens.size, -1), np.full(more.size, -1)
    label = np.concatenate([unknown[0], trained.known.label[known], unknown[1]])
    return np.concatenate([tasks, more]), label


def _blocks(size: int) -> Iterator[slice]:
    for start in range(0, size, BLOCK):
        yield slice(start, min(start + BLOCK, size))


def _said(trained: Leader, tasks: IntArray, progress: Progress) -> FloatArray:
    found = np.empty((tasks.size, len(trained.known.values)), np.float32)
    for block in _blocks(tasks.size):
        progress.report(block.start, tasks.size, "Looking at the tasks that wait.")
        found[block] = trained.chances_of(tasks[block])
    return found


def _dense(features: Features, tasks: IntArray) -> FloatArray:
    parts = [dense(features.rows(tasks[block])) for block in _blocks(tasks.size)]
    return np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)


def _no_votes(tasks: IntArray, says: FloatArray | None) -> IntArray:
    """Nobody has answered them: what was begun goes on before them. Without a model nothing tells them
    apart, whatever labels there are."""
    return np.zeros((tasks.size, 2 if says is None else says.shape[1]), np.int64)


def _committee(trained: Trained, tasks: IntArray, mixture: Mixture) -> FloatArray | None:
    """Models that learned from other draws of the same answers (Breiman 1996, bagging); None where no
    strategy asks them. Of two that do, both ask the larger committee."""
    members = max(
        (int(one.members) for one in mixture.strategies if "committee" in one.needs), default=0
    )
    if not members:
        return None
    known, seed = trained.known, trained.run.seed
    rows = trained.rows(known.tasks)
    found = []
    for member in range(members):
        rng = np.random.default_rng((seed, member, Draw.COMMITTEE))
        lessons = rng.choice(np.flatnonzero(~trained.is_stop), int((~trained.is_stop).sum()))
        # All labels at least once: a member that has not met one has nothing to say of it.
        drawn = np.unique(np.concatenate([lessons, trained.one_of_each]))
        mine = np.concatenate([drawn, np.flatnonzero(trained.is_stop)])
        says = trained.teacher.teach(
            rows[mine],
            known.label[mine],
            len(known.values),
            is_held=np.arange(mine.size) >= drawn.size,
        )
        found.append([says(trained.rows(tasks[block])) for block in _blocks(tasks.size)])
    return np.stack([np.concatenate(parts) for parts in found])


def _groups(project: Project, tasks: IntArray) -> IntArray:
    """A number for each group; tasks without one are a group together."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, coalesce(\"group\", '') FROM tasks_task WHERE project_id = %s AND id = ANY(%s)",
            (project.pk, tasks.tolist()),
        )
        named = dict(cursor.fetchall())
    _, group = np.unique([named.get(pk, "") for pk in tasks.tolist()], return_inverse=True)
    return group.astype(np.int64)
