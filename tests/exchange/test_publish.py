"""Staged rows become tasks and answers: once, whole, and never on top of what is there."""

import hashlib
from typing import Any

import pytest
from django.db import transaction

from apps.annotations.models import Annotation, Gold, Suggestion
from apps.core.models import OutboxRow
from apps.exchange.actions.publish import Found, Publication, discard_staged
from apps.exchange.models import ImportRun, StagedAnswer, StagedTask
from apps.projects.models import Membership, Project
from apps.tasks.models import Assignment, Pool, QueueEntry, Task
from tests.factories import ProjectFactory, QuestionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    question = QuestionFactory(name="topic")
    Project.objects.filter(pk=question.project_id).update(overlap=3)
    return Project.objects.get(pk=question.project_id)


def a_run(project: Project, **fields: Any) -> ImportRun:
    return ImportRun.objects.create(
        project=project, file="x", file_name="x.jsonl", size=1, sha256="", format="jsonl", **fields
    )


def stage(run: ImportRun, row: int, text: str, **fields: Any) -> None:
    pool, _ = Pool.objects.get_or_create(project=run.project, requires=[], people=[])
    StagedTask.objects.create(
        run_id=run.pk,
        row=row,
        content_hash=hashlib.sha256(text.encode()).digest(),
        data={"text": text},
        meta={},
        priority=0,
        pool_id=pool.pk,
        **fields,
    )


def answer(run: ImportRun, row: int, annotator: str, label: str, **fields: Any) -> None:
    StagedAnswer.objects.create(
        run_id=run.pk,
        row=row,
        annotator=annotator,
        **{"round": 0, "answers": {"topic": label}, **fields},
    )


def publish(run: ImportRun) -> tuple[list[Found], dict[str, int]]:
    run.project.refresh_from_db()
    with transaction.atomic():
        work = Publication(run, run.project)
        problems = work.identify()
        counts = {} if problems else work.publish()
    discard_staged(run=run)
    return problems, counts


def test_tasks_get_their_place_in_the_queue(project: Project) -> None:
    run = a_run(project)
    stage(run, 1, "one", external_id="a", group="chat 1")
    stage(run, 2, "two")

    problems, counts = publish(run)

    assert problems == []
    assert counts["tasks"] == 2
    assert list(Task.objects.order_by("id").values_list("external_id", "group")) == [
        ("a", "chat 1"),
        (None, None),
    ]
    assert set(QueueEntry.objects.values_list("overlap", "handed", "state")) == {(3, 0, "open")}


def test_news_is_of_tasks_with_answers_and_else_of_one(project: Project) -> None:
    run = a_run(project)
    for row in range(1, 6):
        stage(run, row, f"text {row}", external_id=f"t{row}")
    answer(run, 2, "w1", "praise", external_id="t2", task_row=2)
    answer(run, 4, "w1", "praise", external_id="t4", task_row=4)
    publish(run)
    told = OutboxRow.objects.filter(consumer="agreement.ledger").values_list("subject_id")
    names = set(Task.objects.filter(pk__in=told).values_list("external_id", flat=True))
    # The first of the new tasks, so that the queue is counted, and those with answers.
    assert names == {"t1", "t2", "t4"}

    OutboxRow.objects.all().delete()
    again = a_run(project)
    stage(again, 1, "text 1", external_id="t1")
    publish(again)
    assert not OutboxRow.objects.exists()


def test_the_same_file_again_adds_nothing(project: Project) -> None:
    for expected in (3, 0):
        run = a_run(project)
        stage(run, 1, "one", external_id="a")
        stage(run, 2, "twin")
        stage(run, 3, "twin")
        answer(run, 1, "w1", "praise", external_id="a", task_row=1)
        answer(run, 2, "w1", "praise", task_row=3)

        problems, counts = publish(run)

        assert problems == []
        assert counts["tasks"] == expected
    assert Task.objects.count() == 3
    assert Annotation.objects.count() == 2


def test_a_second_row_of_one_content_is_a_second_task_with_its_own_answer(project: Project) -> None:
    run = a_run(project)
    stage(run, 1, "twin")
    stage(run, 2, "twin")
    answer(run, 1, "w1", "praise", task_row=1)
    answer(run, 2, "w1", "question", task_row=2)

    publish(run)

    answers = Annotation.objects.order_by("task_id").values_list("answers", flat=True)
    assert list(answers) == [{"topic": "praise"}, {"topic": "question"}]


def test_answers_in_long_form_meet_at_their_task(project: Project) -> None:
    run = a_run(project, mapping={"annotator": "worker"})
    for row, (item, worker, label) in enumerate(
        [("i1", "w1", "praise"), ("i1", "w2", "question"), ("i2", "w1", "praise")], start=1
    ):
        stage(run, row, item, external_id=item)
        answer(run, row, worker, label, external_id=item, task_row=row)

    problems, counts = publish(run)

    assert problems == []
    assert (counts["tasks"], counts["answers"], counts["annotators"]) == (2, 3, 2)
    assert Membership.objects.external().count() == 2
    assert Assignment.objects.filter(state="submitted", holds_slot=False).count() == 3
    assert set(QueueEntry.objects.values_list("submitted", "state")) == {(0, "open")}


def test_a_later_file_of_answers_finds_the_tasks(project: Project) -> None:
    first = a_run(project)
    stage(first, 1, "one", external_id="i1")
    publish(first)
    run = a_run(project, mapping={"annotator": "worker"})
    answer(run, 1, "w1", "praise", external_id="i1")

    problems, counts = publish(run)

    assert problems == []
    assert counts["answers"] == 1
    assert Annotation.objects.get().task == Task.objects.get()


def test_answers_that_fill_slots_complete_a_task_and_raise_its_overlap(project: Project) -> None:
    run = a_run(project, do_answers_fill_slots=True)
    stage(run, 1, "one", external_id="a")
    stage(run, 2, "two", external_id="b")
    for n in range(4):
        answer(run, 1, f"w{n}", "praise", external_id="a", task_row=1)
    answer(run, 2, "w0", "praise", external_id="b", task_row=2)

    publish(run)

    entries = QueueEntry.objects.order_by("task_id").values_list(
        "overlap", "handed", "submitted", "state"
    )
    assert list(entries) == [(4, 4, 4, "complete"), (3, 1, 1, "open")]


def test_only_the_wanted_share_gets_the_overlap(project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(overlap_share=0.25)
    run = a_run(project)
    stage(run, 1, "text 1")
    first = StagedTask.objects.get()
    copies = [first.data | {"text": f"text {row}"} for row in range(2, 401)]
    StagedTask.objects.bulk_create(
        StagedTask(
            run_id=run.pk,
            row=row,
            content_hash=hashlib.sha256(data["text"].encode()).digest(),
            data=data,
            meta={},
            priority=0,
            pool_id=first.pool_id,
        )
        for row, data in enumerate(copies, start=2)
    )

    publish(run)

    assert 60 <= QueueEntry.objects.filter(overlap=3).count() <= 140
    assert QueueEntry.objects.filter(overlap=1).count() >= 260


def test_an_answer_that_leaves_all_open_comes_in_as_it_is(project: Project) -> None:
    run = a_run(project)
    stage(run, 1, "one")
    answer(run, 1, "w1", "", answers={}, task_row=1)
    answer(run, 1, "w2", "", answers={}, task_row=1)
    answer(run, 1, "w2", "", answers={}, task_row=1)

    problems, counts = publish(run)

    assert problems == []
    assert counts["answers"] == 2
    assert list(Annotation.objects.values_list("answers", flat=True)) == [{}, {}]


def test_rows_without_content_are_answers_to_the_task_of_their_id(project: Project) -> None:
    run = a_run(project, mapping={"annotator": "worker"})
    answer(run, 1, "w1", "praise", external_id="a")
    stage(run, 2, "one", external_id="a")
    answer(run, 2, "w2", "praise", external_id="a", task_row=2)
    stage(run, 3, "one", external_id="a")
    answer(run, 3, "w3", "praise", external_id="a", task_row=3)

    problems, counts = publish(run)

    assert problems == []
    assert (counts["tasks"], counts["answers"]) == (1, 3)


def test_gold_and_suggestions_come_along(project: Project) -> None:
    run = a_run(project)
    suggestion = {"source": "rules", "answers": {"topic": "praise"}, "score": 0.5}
    stage(run, 1, "one", gold={"topic": "praise"}, suggestions=[suggestion])

    publish(run)

    assert Gold.objects.get().answers == {"topic": "praise"}
    assert Suggestion.objects.get().score == 0.5


@pytest.mark.parametrize("is_long", [False, True])
def test_a_task_that_is_here_with_other_content_is_left(project: Project, is_long: bool) -> None:
    first = a_run(project)
    stage(first, 1, "one", external_id="a")
    publish(first)
    run = a_run(project, mapping={"annotator": "w"} if is_long else {})
    stage(run, 7, "another", external_id="a")

    problems, _ = publish(run)

    assert [(p.row, p.column, p.code) for p in problems] == [(7, "external_id", "changed")]
    assert Task.objects.get().data == {"text": "one"}


def test_an_id_twice_in_a_file_is_named(project: Project) -> None:
    run = a_run(project)
    stage(run, 1, "one", external_id="a")
    stage(run, 2, "two", external_id="a")

    problems, _ = publish(run)

    assert [(p.row, p.code) for p in problems] == [(2, "duplicate_id")]


def test_rows_of_one_task_must_show_the_same(project: Project) -> None:
    run = a_run(project, mapping={"annotator": "worker"})
    stage(run, 1, "one", external_id="a")
    stage(run, 2, "two", external_id="a")

    problems, _ = publish(run)

    assert [(p.row, p.code) for p in problems] == [(2, "differs")]


def test_an_answer_to_no_task_is_named(project: Project) -> None:
    run = a_run(project, mapping={"annotator": "worker"})
    answer(run, 3, "w1", "praise", external_id="nobody")

    problems, _ = publish(run)

    assert [(p.row, p.code) for p in problems] == [(3, "unknown_task")]


def test_who_answers_twice_needs_a_round(project: Project) -> None:
    run = a_run(project, mapping={"annotator": "worker"})
    stage(run, 1, "one", external_id="a")
    answer(run, 1, "w1", "praise", external_id="a", task_row=1)
    answer(run, 2, "w1", "question", external_id="a")

    problems, _ = publish(run)

    assert [(p.row, p.code) for p in problems] == [(1, "answered_twice")]


def test_rounds_keep_the_same_person_apart(project: Project) -> None:
    run = a_run(project, mapping={"annotator": "worker"})
    stage(run, 1, "one", external_id="a")
    answer(run, 1, "w1", "praise", external_id="a", task_row=1)
    answer(run, 2, "w1", "question", external_id="a", round=1)

    problems, counts = publish(run)

    assert problems == []
    assert counts["answers"] == 2
    assert Membership.objects.external().count() == 1


def test_an_answer_that_changed_is_left_and_named(project: Project) -> None:
    problems: list[Found] = []
    for row, label in ((1, "praise"), (9, "question")):
        run = a_run(project, mapping={"annotator": "worker"})
        stage(run, row, "one", external_id="a")
        answer(run, row, "w1", label, external_id="a", task_row=row)
        problems = publish(run)[0]

    assert [(p.row, p.code) for p in problems] == [(9, "changed_answer")]
    assert Annotation.objects.get().answers == {"topic": "praise"}


def test_nothing_of_another_project_is_taken_for_ours(project: Project) -> None:
    other = ProjectFactory()
    theirs = a_run(other)
    stage(theirs, 1, "one", external_id="a")
    stage(theirs, 2, "two")
    publish(theirs)
    run = a_run(project)
    stage(run, 1, "one", external_id="a")
    stage(run, 2, "two")

    _, counts = publish(run)

    assert counts["tasks"] == 2
