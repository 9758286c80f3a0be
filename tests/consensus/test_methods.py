"""Models of annotators in a project: chosen, fitted by a job, current for each task, recomputable."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.annotations.models import Annotation, Question
from apps.consensus.actions import (
    BadMethod,
    fitting,
    methods_for,
    reading,
    refresh_consensus,
)
from apps.consensus.actions.fitting import due_projects
from apps.consensus.actions.recomputing import recompute_consensus, recompute_fit
from apps.consensus.jobs import tend_models
from apps.consensus.models import Consensus, Method, Run, Skill
from apps.core.models import JobRun
from apps.quality.actions import drain
from tests.consensus.choosing import answer, choose, compute
from tests.consensus.factories import LABELS, answered_question
from tests.factories import (
    AnnotationFactory,
    MembershipFactory,
    QuestionFactory,
    TaskFactory,
    answered_task,
)

pytestmark = pytest.mark.django_db


def test_a_chosen_model_is_fitted_and_judges_every_task() -> None:
    question, people, tasks, _ = answered_question()
    choose(question, "dawid_skene")

    job = compute(question)

    run = Run.objects.get()
    assert (job.state, job.result["tasks"], job.result["runs"]) == ("done", 40, [run.pk])
    assert (run.answers, run.units, run.raters, run.has_converged) == (160, 40, 4, True)
    found = Consensus.objects.filter(question=question)
    assert {(row.aggregator, row.run_id) for row in found} == {("dawid_skene", run.pk)}
    assert found.count() == len(tasks)
    assert all(row.probability is not None and 0.3 < row.probability <= 1 for row in found)
    skills = dict(Skill.objects.filter(run=run).values_list("annotator_id", "accuracy"))
    assert min(skills, key=lambda who: skills[who]) == people[3].pk
    worst = Skill.objects.get(run=run, annotator=people[3])
    assert worst.low is not None
    assert worst.high is not None
    assert worst.low < worst.accuracy < worst.high < 0.75
    assert len(worst.met) == 3
    assert sum(worst.said) == 40


@pytest.mark.parametrize("aggregator", ["dawid_skene", "one_coin", "mace", "glad"])
def test_a_task_is_judged_by_the_fit_as_soon_as_its_answer_is_in(aggregator: str) -> None:
    question, people, tasks, _ = answered_question()
    choose(question, aggregator)
    compute(question)
    run = Run.objects.get()
    late = TaskFactory(project=question.project, queue__overlap=3)
    # Two who are mostly wrong on their own word, against the one who knows.
    for who, label in (
        (people[0], "praise"),
        (people[3], "complaint"),
        (MembershipFactory(project=question.project), "praise"),
    ):
        answer(late, who, label)

    drain(question.project_id)

    row = Consensus.objects.get(task=late)
    assert (row.run_id, row.value, row.aggregator) == (run.pk, "praise", aggregator)
    assert row.probability is not None
    assert row.probability > row.share
    assert Method.objects.get().fresh == 1
    assert Run.objects.count() == 1
    # Nothing of another task was touched.
    assert Consensus.objects.filter(task=tasks[0]).get().computed_at < row.computed_at


def test_one_answer_costs_few_queries_whatever_the_size_of_the_model() -> None:
    question, _, tasks, _ = answered_question()
    choose(question, "dawid_skene")
    compute(question)

    with CaptureQueriesContext(connection) as queries:
        refresh_consensus(project=question.project, task_ids=[tasks[0].pk], is_news=True)

    # Savepoint and its end; lock; answers; questions; methods with runs; skills; old rows; write
    # with its savepoint; the count of news.
    assert len(queries) <= 13


def test_a_fit_and_a_consensus_can_be_computed_again_to_the_digit() -> None:
    question, people, tasks, _ = answered_question()
    choose(question, "dawid_skene", smoothing=0.05)
    compute(question)
    run = Run.objects.get()
    before = Consensus.objects.select_related("run", "question").get(task=tasks[0])
    # The project moves on: another answer, and a revision of one that was seen.
    answer(TaskFactory(project=question.project), people[1], "praise")
    old = Annotation.objects.filter(task=tasks[0]).earliest("pk")
    AnnotationFactory.build(
        assignment=old.assignment, answers={"intent": "praise"}, predecessor=old, revision=1
    ).save()

    again = recompute_fit(run)

    assert (again.missing, again.is_same) == (0, True)
    judged = recompute_consensus(before)
    assert (judged.winners, judged.share, judged.probability) == (
        before.winners,
        before.share,
        before.probability,
    )


def test_a_fit_that_saw_something_else_is_found_out() -> None:
    question, _, tasks, _ = answered_question()
    choose(question, "dawid_skene")
    compute(question)
    Annotation.objects.filter(task=tasks[0]).update(erased_at=timezone.now())

    again = recompute_fit(Run.objects.get())

    assert (again.missing, again.is_same) == (4, False)


def test_a_fit_is_never_changed() -> None:
    question, *_ = answered_question(tasks=5)
    choose(question, "mace")
    compute(question)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Run.objects.update(answers=1)


def test_a_value_that_the_model_has_never_met_is_judged_plainly_until_the_next_fit() -> None:
    question, people, _, _ = answered_question(labels=[*LABELS, "spam"])
    choose(question, "dawid_skene")
    compute(question)
    late = answered_task(
        project=question.project, answers={who: {"intent": "spam"} for who in people[:2]}
    )

    refresh_consensus(project=question.project, task_ids=[late.pk])

    row = Consensus.objects.get(task=late)
    assert (row.aggregator, row.run_id, row.value) == ("majority_vote", None, "spam")
    compute(question)
    assert Consensus.objects.get(task=late).aggregator == "dawid_skene"


def test_without_answers_there_is_no_fit_and_nothing_breaks() -> None:
    question = QuestionFactory(name="intent")
    choose(question, "mace")

    job = compute(question)

    assert (job.state, job.result["runs"], Run.objects.count()) == ("done", [], 0)


def test_a_refusal_is_kept_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    question, *_ = answered_question(tasks=4)
    choose(question, "dawid_skene")
    monkeypatch.setattr("apps.consensus.aggregators.dawid_skene.MOST_TABLES", 3)

    job = compute(question)

    assert job.state == "done"
    assert "Use one coin" in job.result["problems"]["intent"]
    assert "Use one coin" in Method.objects.get().problem
    # The plain consensus is there nevertheless.
    assert Consensus.objects.filter(aggregator="majority_vote").count() == 4


def test_a_method_is_refused_in_words() -> None:
    number = QuestionFactory(name="score", kind="rating", config={"min": 1, "max": 5})
    label = QuestionFactory(name="intent")

    with pytest.raises(BadMethod, match="does not take answers to 'score'"):
        choose(number, "dawid_skene")
    with pytest.raises(BadMethod, match="no method 'magic'"):
        choose(label, "magic")
    with pytest.raises(BadMethod, match=r"between 0\.0001 and 100"):
        choose(label, "dawid_skene", smoothing=-1)
    with pytest.raises(BadMethod, match="no parameter 'speed'"):
        choose(label, "dawid_skene", speed=1)
    assert methods_for(number)[0].name == "majority_vote"
    assert not Method.objects.exists()


def test_a_model_is_fitted_anew_when_enough_is_new_and_not_before() -> None:
    question, people, _, _ = answered_question()
    choose(question, "dawid_skene")
    compute(question)
    later = timezone.now() + timedelta(seconds=30)
    for _ in range(3):
        answer(TaskFactory(project=question.project), people[0], "praise")
    drain(question.project_id)
    assert due_projects(at=later) == {}

    answer(TaskFactory(project=question.project), people[0], "praise")
    drain(question.project_id)

    assert due_projects(at=later) == {question.project_id: [question]}
    assert due_projects(at=timezone.now()) == {}  # it rests first


def test_the_clock_starts_one_fit_of_a_project_at_a_time() -> None:
    question, people, *_ = answered_question()
    choose(question, "dawid_skene")
    answer(TaskFactory(project=question.project), people[0], "praise")
    drain(question.project_id)

    tend_models()
    tend_models()

    assert JobRun.objects.filter(kind="consensus.compute").count() == 1


def test_another_choice_meanwhile_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    question, *_ = answered_question(tasks=5)
    choose(question, "dawid_skene")
    table_of = reading.table_of

    def meanwhile(one: Question) -> object:
        choose(one, "mace")
        return table_of(one)

    monkeypatch.setattr(fitting, "table_of", meanwhile)
    compute(question)

    assert not Run.objects.exists()
    assert Method.objects.get().aggregator == "mace"


def test_the_choice_decides_for_the_export_and_goes_back_to_plain() -> None:
    question, *_ = answered_question(tasks=5)
    choose(question, "mace")
    compute(question)
    assert set(Consensus.objects.values_list("aggregator", flat=True)) == {"mace"}

    choose(question, "weighted_majority")
    compute(question)
    (run,) = Run.objects.filter(aggregator="weighted_majority")
    assert set(Consensus.objects.values_list("run", flat=True)) == {run.pk}
    assert all(0 < sure < 1 for sure in Consensus.objects.values_list("probability", flat=True))

    choose(question, "majority_vote")
    compute(question)
    assert set(Consensus.objects.values_list("aggregator", flat=True)) == {"majority_vote"}
    assert Consensus.objects.count() == 5
