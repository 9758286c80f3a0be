"""From answers to an order and proposals: what is learned, written, and left alone."""

from __future__ import annotations

import shutil
import threading
from contextlib import closing
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.utils import timezone

from apps.annotations.models import Question, Suggestion
from apps.consensus.actions.refresh import refresh_consensus
from apps.consensus.models import Consensus
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.projects.models import Membership, Project
from apps.quality.models import Adjudication
from apps.routing.actions.features import folder_of, keep_features
from apps.routing.actions.labels import known_labels
from apps.routing.actions.learning import (
    ask_to_learn,
    due_projects,
    learn_and_rank,
    tidy_features,
)
from apps.routing.actions.plans import offered, plan_of
from apps.routing.actions.suggesting import put_suggestions
from apps.routing.models import ModelRun, Plan, Rank, Ranking
from apps.routing.strategies.lots import held_out
from apps.tasks.actions import put_in_order, set_priorities
from apps.tasks.models import Assignment, QueueEntry, Task
from tests.bulk import answered_tasks
from tests.factories import (
    AssignmentFactory,
    MembershipFactory,
    TaskFactory,
    UserFactory,
)
from tests.routing.factories import WORDS, learn, messages, skilled

pytestmark = pytest.mark.django_db


def test_a_model_learns_from_the_answers_and_is_judged_on_the_hold_out() -> None:
    question, _, _ = messages(answered=120)

    told = learn(question.project, is_ranked=False)

    run = ModelRun.objects.get()
    assert told["models"] == 1
    assert (run.question, run.labelled, run.values) == (
        question,
        120,
        ["praise", "complaint", "question"],
    )
    assert run.accuracy["n"] == run.held_out > 0
    assert run.accuracy["value"] > 0.6
    assert sum(number for _, _, number in run.figures["confusion"]) == run.held_out


def test_the_queue_is_put_in_order_and_each_place_says_why() -> None:
    question, _, tasks = messages()

    told = learn(question.project, is_ranked=True)

    ranking = Ranking.objects.get()
    assert told["ranked"] == ranking.ranked == len(tasks)
    places = list(Rank.objects.order_by("place"))
    assert [one.place for one in places] == list(range(1, 41))
    handed = list(
        QueueEntry.objects.filter(state="open").order_by("-priority").values_list("pk", flat=True)
    )
    assert handed == [one.task_id for one in places]
    sure = [
        round(one.thought[0][1] - one.thought[1][1], 4) for one in places if not one.is_held_out
    ]
    assert sure == sorted(sure)


def test_proposals_stand_beside_what_comes_next_but_not_the_hold_out() -> None:
    question, _, _ = messages(waiting=200)

    learn(question.project, is_ranked=True)

    proposed = set(Suggestion.objects.values_list("task_id", flat=True))
    held = set(Rank.objects.filter(is_held_out=True).values_list("pk", flat=True))
    assert proposed
    assert held
    assert not proposed & held


def test_answers_of_the_hold_out_teach_nothing() -> None:
    """Made wrong one and all, they change what the model is said to be worth, and not the model."""
    question, _, _ = messages(answered=120)
    learn(question.project, is_ranked=True)
    first = {one.pk: one.thought for one in Rank.objects.all()}
    run = ModelRun.objects.get()
    assert run.stopped_by > run.held_out

    plan = plan_of(question.project)
    keys = np.array(Consensus.objects.values_list("task_id", flat=True))
    held = keys[held_out(keys, plan.seed, plan.exploration)]
    Consensus.objects.filter(task__in=held.tolist()).update(value="praise")
    learn(question.project, is_ranked=True)

    # They still tell when to stop and how sure to be, so probabilities may move; labels do not.
    again = {one.pk: one.thought for one in Rank.objects.all()}
    assert set(again) == set(first)
    assert sum(first[pk][0][0] != again[pk][0][0] for pk in first) <= 4
    assert ModelRun.objects.latest("pk").accuracy["value"] < run.accuracy["value"]


def test_what_somebody_has_in_hand_keeps_the_proposal_it_began_with() -> None:
    question, person, tasks = messages()
    in_hand, returned, free = tasks[:3]
    for task in (in_hand, returned, free):
        Suggestion.objects.create(task=task, source="model", answers={"intent": "old"}, score=0.1)
    AssignmentFactory(task=in_hand, annotator=person)
    lease = AssignmentFactory(task=returned, annotator=MembershipFactory(project=question.project))
    Assignment.objects.filter(pk=lease.pk).update(
        state="expired", holds_slot=False, lease_until=None
    )
    QueueEntry.objects.filter(pk=returned.pk).update(handed=0)
    everything = {task.pk: ({"intent": "new"}, 0.9) for task in tasks}

    put = put_suggestions(project=question.project, proposed=everything)

    said = dict(Suggestion.objects.values_list("task_id", "answers__intent"))
    assert put == len(tasks) - 2
    assert (said[in_hand.pk], said[returned.pk], said[free.pk]) == ("old", "old", "new")


def test_a_proposal_that_is_not_made_any_more_goes_where_nobody_has_seen_it() -> None:
    question, person, tasks = messages()
    for task in tasks[:2]:
        Suggestion.objects.create(task=task, source="model", answers={"intent": "old"}, score=0.1)
    Suggestion.objects.create(task=tasks[2], source="rules", answers={"intent": "old"})
    AssignmentFactory(task=tasks[0], annotator=person)

    put_suggestions(project=question.project, proposed={})

    left = set(Suggestion.objects.values_list("task_id", "source"))
    assert left == {(tasks[0].pk, "model"), (tasks[2].pk, "rules")}


def test_answers_may_come_while_it_runs_and_nobody_waits() -> None:
    """The order is written while a task of it is locked: that task waits for its own turn alone."""
    question, _, tasks = messages(waiting=10)
    order = [task.pk for task in reversed(tasks)]

    put_in_order(project=question.project, task_ids=order[:5])
    first = list(QueueEntry.objects.order_by("-priority", "pk").values_list("pk", flat=True)[:5])
    put_in_order(project=question.project, task_ids=order[5:], before=order[:5])
    then = list(QueueEntry.objects.order_by("-priority", "pk").values_list("pk", flat=True)[:5])

    assert (first, then) == (order[:5], order[5:])
    assert set(QueueEntry.objects.filter(pk__in=order[:5]).values_list("priority", flat=True)) == {
        0.0
    }


def test_a_leads_priority_stands_above_any_order_and_is_what_it_was_afterwards() -> None:
    question, _, tasks = messages(waiting=4)
    set_priorities(project=question.project, priorities={tasks[3].pk: 1.0, tasks[2].pk: -1.0})

    put_in_order(project=question.project, task_ids=[tasks[2].pk, tasks[1].pk, tasks[0].pk])

    waiting = QueueEntry.objects.filter(state="open").order_by("-priority")
    assert [one.pk for one in waiting] == [tasks[n].pk for n in (3, 1, 0, 2)]
    assert [one.level for one in waiting] == [1.0, 0.0, 0.0, -1.0]


def test_what_was_begun_before_there_was_an_order_goes_on_first() -> None:
    question, person, tasks = messages(waiting=4)
    QueueEntry.objects.filter(pk=tasks[3].pk).update(overlap=2)
    AssignmentFactory(task=Task.objects.get(pk=tasks[3].pk), annotator=person)

    put_in_order(project=question.project, task_ids=[tasks[1].pk, tasks[0].pk])

    waiting = QueueEntry.objects.filter(state="open").order_by("-priority")
    assert [one.pk for one in waiting] == [tasks[n].pk for n in (3, 1, 0, 2)]


def test_a_changed_task_gets_new_features_and_an_erased_one_has_none() -> None:
    question, _, tasks = messages(answered=2, waiting=3)
    project = question.project
    progress = Progress(JobRun())
    before = keep_features(project, progress).rows(ids(*tasks[:2]))
    Task.objects.filter(pk=tasks[0].pk).update(
        data={"text": "something else"}, content_hash=b"2" * 32
    )
    Task.objects.filter(pk=tasks[2].pk).update(erased_at=timezone.now())

    features = keep_features(project, progress)

    after = features.rows(ids(*tasks[:2]))
    assert abs(before[[0]] - after[[0]]).max() > 0
    assert tasks[2].pk not in features.tasks
    assert np.unique(features.tasks).size == features.tasks.size == 4
    with pytest.raises(KeyError):
        features.rows(ids(tasks[2]))


def test_features_are_made_once() -> None:
    question, _, _ = messages(answered=2, waiting=3)
    progress = Progress(JobRun())
    keep_features(question.project, progress)
    files = {file: file.stat().st_mtime_ns for file in folder_of(question.project).rglob("*.npy")}

    keep_features(question.project, progress)
    TaskFactory(project=question.project)
    features = keep_features(question.project, progress)

    assert files
    assert all(file.stat().st_mtime_ns == at for file, at in files.items())
    assert features.tasks.size == 6


def test_where_nothing_can_be_learned_no_task_is_read() -> None:
    question, _, _ = messages(answered=2, waiting=3)
    Question.objects.filter(pk=question.pk).update(kind="text", config={})
    # Another test's project may have had the same key.
    shutil.rmtree(folder_of(question.project), ignore_errors=True)

    learn(question.project)

    assert not folder_of(question.project).exists()


def test_features_of_projects_that_are_gone_go_too() -> None:
    question, _, _ = messages(answered=1, waiting=1)
    keep_features(question.project, Progress(JobRun()))
    gone = folder_of(question.project).with_name("999999999")
    gone.mkdir()

    tidy_features()

    assert folder_of(question.project).exists()
    assert not gone.exists()


def ids(*tasks: Task) -> np.ndarray:
    return np.array([task.pk for task in tasks], np.int64)


def more_praise(question: Question, person: Membership, number: int) -> None:
    """So many tasks more that somebody has answered and whose consensus is known."""
    answers = [{person: {question.name: "praise"}} for _ in range(number)]
    made = answered_tasks(project=question.project, answers=answers)
    refresh_consensus(project=question.project, task_ids=[task.pk for task in made])


def test_a_project_is_due_with_fifty_answered_tasks_and_then_when_a_tenth_is_new() -> None:
    question, person, _ = messages(answered=49)
    project, now = question.project, timezone.now()
    assert due_projects(at=now) == []

    more_praise(question, person, 1)
    assert due_projects(at=now) == [project]

    learn(project)
    later = now + timedelta(minutes=1)
    assert due_projects(at=later) == []
    more_praise(question, person, 25)
    assert due_projects(at=later) == [project]
    assert due_projects(at=now) == []


def test_answers_whose_consensus_comes_later_are_learned_from_when_it_is_there() -> None:
    """An import brings all answers at once; a job that is quick finds none of what they come to."""
    question, person, _ = messages(answered=0)
    labels = ["praise", "complaint", "question"] * 30
    answers = [{person: {"intent": label}} for label in labels]
    made = answered_tasks(project=question.project, answers=answers)
    assert learn(question.project)["models"] == 0

    refresh_consensus(project=question.project, task_ids=[task.pk for task in made])

    assert due_projects(at=timezone.now() + timedelta(minutes=1)) == [question.project]
    assert learn(question.project)["models"] == 1


@pytest.mark.parametrize("why_not", ["never", "paused", "deleted"])
def test_who_wants_no_order_gets_none(why_not: str) -> None:
    question, _, _ = messages(answered=50)
    project = question.project
    assert due_projects(at=timezone.now()) == [project]
    if why_not == "never":
        Plan.objects.create(project=project, when="never")
    elif why_not == "paused":
        Project.objects.filter(pk=project.pk).update(state="paused")
    else:
        Project.objects.filter(pk=project.pk).update(deleted_at=timezone.now())

    assert due_projects(at=timezone.now()) == []


def test_where_nothing_can_be_learned_it_is_not_tried_again_and_again() -> None:
    """All answers the same: a model needs two labels."""
    question, person, _ = messages(answered=0)
    more_praise(question, person, 50)

    told = learn(question.project)

    later = timezone.now() + timedelta(minutes=1)
    assert told["models"] == 0
    assert due_projects(at=later) == []
    more_praise(question, person, 25)
    assert due_projects(at=later) == [question.project]


def test_without_many_that_wait_they_keep_their_order_by_themselves() -> None:
    question, _, _ = messages()

    assert learn(question.project)["ranked"] == 0
    Plan.objects.create(project=question.project, when="always")
    assert learn(question.project)["ranked"] == 40


def test_a_decision_stands_above_what_answers_come_to() -> None:
    question, _, _ = messages(answered=1)
    task = Consensus.objects.get().task
    Adjudication.objects.create(
        project=question.project,
        task=task,
        outcome="decided",
        answers={"intent": "question"},
        decided_by=UserFactory(),
    )

    known = known_labels(question)

    assert known.tasks.tolist() == [task.pk]
    assert known.values[known.label[0]] == "question"


@pytest.mark.parametrize("strategy", [one.name for one in offered()])
def test_every_strategy_on_offer_puts_a_real_queue_in_order(strategy: str) -> None:
    question, person, tasks = messages()
    skilled(question, {person: dict.fromkeys(WORDS, 0.8)})
    Plan.objects.create(project=question.project, when="always", strategy=strategy, seed=3)

    told = learn(question.project)

    assert told["ranked"] == len(tasks)
    assert Rank.objects.count() == len(tasks)


def test_without_a_model_a_strategy_that_asks_none_still_orders() -> None:
    question, _, tasks = messages(answered=0)
    Plan.objects.create(project=question.project, strategy="random_order")

    assert learn(question.project, is_ranked=True)["ranked"] == len(tasks)


def test_who_asks_while_one_runs_gets_another_behind_it_and_while_one_waits_the_same() -> None:
    """What runs may have read a plan that was changed since."""
    question, _, _ = messages(answered=2, waiting=1)
    project, lead = question.project, UserFactory()
    first = ask_to_learn(project=project, by=lead)
    assert ask_to_learn(project=project, by=lead, is_ranked=True, count=7) == first
    first.refresh_from_db()
    assert (first.arguments["is_ranked"], first.arguments["count"]) == (True, 7)

    JobRun.objects.filter(pk=first.pk).update(state="running")
    assert ask_to_learn(project=project, by=None) == first
    behind = ask_to_learn(project=project, by=lead)
    assert behind != first
    assert ask_to_learn(project=project, by=None) == behind


def run_apart(job: JobRun, project: Project) -> None:
    """In a thread, with a connection of its own."""
    try:
        learn_and_rank(Progress(job), project.pk, is_ranked=False)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_one_at_a_time_writes_a_projects_order() -> None:
    question, _, _ = messages(answered=2, waiting=1)
    project = question.project
    job = ask_to_learn(project=project, by=None, is_ranked=False)
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('routing'), %s)", (project.pk,))
        begun = threading.Thread(target=run_apart, args=(job, project))
        begun.start()
        begun.join(timeout=1.5)
        assert begun.is_alive()
        cursor.execute("SELECT pg_advisory_unlock(hashtext('routing'), %s)", (project.pk,))
    begun.join(timeout=30)
    assert not begun.is_alive()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()"
        )
        assert cursor.fetchone()[0] == 0


def test_what_others_answered_elsewhere_waits_behind_what_nobody_did() -> None:
    """A file's annotators fill no slots: their tasks wait, and are known."""
    question, _, tasks = messages()
    QueueEntry.objects.exclude(task__in=tasks).update(state="open", handed=0, submitted=0)
    assert QueueEntry.objects.filter(state="open", handed=0).count() == 100

    learn(question.project, is_ranked=True)

    ranking = Ranking.objects.get()
    assert (ranking.waiting, ranking.candidates) == (100, 40)
    assert set(Rank.objects.values_list("task_id", flat=True)) == {task.pk for task in tasks}
