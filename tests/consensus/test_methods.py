"""Models of annotators in a project: chosen, fitted by a job, current for each task, recomputable."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from apps.annotations.models import Annotation, Gold, Question
from apps.annotations.signals import TASK_CHANGED
from apps.consensus.actions import (
    BadMethod,
    choose_method,
    fitting,
    methods_for,
    reading,
    refresh_consensus,
    start_computing,
)
from apps.consensus.actions.fitting import due_projects
from apps.consensus.actions.recomputing import recompute_consensus, recompute_fit
from apps.consensus.jobs import tend_models
from apps.consensus.models import Consensus, Method, Run, Skill
from apps.core import outbox
from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.projects.models import Membership
from apps.quality.actions import drain
from apps.tasks.models import Task
from tests.bulk import answered_tasks
from tests.consensus.factories import LABELS, answered_question, make_gold
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
    answered_task,
)

pytestmark = pytest.mark.django_db


def choose(question: Question, aggregator: str, **parameters: float) -> Method:
    return choose_method(
        question=question,
        aggregator=aggregator,
        parameters=parameters,
        by=UserFactory(),
        at=timezone.now(),
    )


def compute(question: Question) -> JobRun:
    autodiscover_modules("jobs")  # a worker has read them at its start
    job = start_computing(project=question.project, questions=[question], by=None)
    run_job(job.pk)
    job.refresh_from_db()
    return job


def answer(task: Task, who: Membership, label: str) -> None:
    """As a submit does it: the answer and its news."""
    AnnotationFactory(
        assignment=AssignmentFactory(task=task, annotator=who), answers={"intent": label}
    )
    outbox.publish(event=TASK_CHANGED, scope_id=task.project_id, subject_ids=[task.pk])


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


def with_two_who_copy(tasks: int = 120) -> Question:
    """Two of five always say the same, rightly in six of ten; a model takes them for experts."""
    rng = np.random.default_rng(1)
    question = QuestionFactory(name="intent")
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(5)]
    truth = [LABELS[i] for i in rng.integers(0, 3, tasks)]

    def said(known: str, skill: float) -> str:
        return known if rng.random() < skill else str(rng.choice([x for x in LABELS if x != known]))

    rows = []
    for known in truth:
        copied = said(known, 0.6)
        alone = [said(known, 0.7) for _ in people[2:]]
        answers = zip(people, [copied, copied, *alone], strict=True)
        rows.append({who: {"intent": it} for who, it in answers})
    made = answered_tasks(project=question.project, answers=rows)
    make_gold(made, truth)
    return question


def test_a_model_that_does_worse_on_gold_does_not_stand() -> None:
    question = with_two_who_copy()
    choose(question, "one_coin")

    compute(question)

    run = Run.objects.get()
    gold = run.checks["gold"]
    assert (gold["tasks"], gold["verdict"]) == (120, "worse")
    assert gold["model"] < gold["plain"] - 0.05
    assert gold["high"] < 0
    assert run.is_worse
    found = {(row.aggregator, row.run_id) for row in Consensus.objects.all()}
    assert found == {("majority_vote", None)}


def test_a_model_that_does_better_on_gold_stands() -> None:
    question, _, tasks, truth = answered_question(
        tasks=80, skills=(0.97, 0.95, 0.3, 0.3, 0.3), seed=2
    )
    make_gold(tasks, truth)
    choose(question, "dawid_skene")

    compute(question)

    run = Run.objects.get()
    assert run.checks["gold"]["verdict"] == "better"
    assert not run.is_worse
    assert set(Consensus.objects.values_list("run", flat=True)) == {run.pk}


def test_probabilities_are_put_right_by_gold_where_that_helps() -> None:
    """Three of four copy each other, so the model is far too sure."""
    rng = np.random.default_rng(3)
    question = QuestionFactory(name="intent", labels=LABELS[:2])
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(4)]
    truth = [LABELS[i] for i in rng.integers(0, 2, 120)]
    rows = []
    for known in truth:
        copied, alone = (
            known if rng.random() < skill else LABELS[1 - LABELS.index(known)]
            for skill in (0.75, 0.7)
        )
        said = zip(people, [copied, copied, copied, alone], strict=True)
        rows.append({who: {"intent": it} for who, it in said})
    tasks = answered_tasks(project=question.project, answers=rows)
    make_gold(tasks, truth)
    choose(question, "one_coin")

    compute(question)

    calibration = Run.objects.get().checks["calibration"]
    assert calibration["raw"]["ece"] > 0.15
    assert calibration["learned"]["kind"] in {"temperature", "steps"}
    assert calibration["now"]["ece"] < calibration["raw"]["ece"] / 2
    told = [row.probability or 0 for row in Consensus.objects.all()]
    assert np.mean(told) == pytest.approx(0.75, abs=0.08)
    assert Run.objects.get().checks["votes"]["ece"] > 0.05


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
    assert set(Consensus.objects.values_list("run", "probability")) == {(run.pk, None)}

    choose(question, "majority_vote")
    compute(question)
    assert set(Consensus.objects.values_list("aggregator", flat=True)) == {"majority_vote"}
    assert Consensus.objects.count() == 5


def test_numbers_have_a_mean_by_skill_that_the_question_allows() -> None:
    """Two who are near the truth, one who is always 3 too high, one who says anything."""
    rng = np.random.default_rng(0)
    question = QuestionFactory(
        name="score", kind="slider", config={"min": 0, "max": 100, "step": 1}
    )
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(4)]
    truth = [int(x) for x in rng.integers(10, 90, 40)]
    answers = []
    for known in truth:
        near = [known + int(rng.integers(-2, 3)), known + int(rng.integers(-2, 3))]
        said = zip(people, [*near, known + 3, int(rng.integers(0, 101))], strict=True)
        answers.append({who: {"score": it} for who, it in said})
    tasks = answered_tasks(project=question.project, answers=answers)
    Gold.objects.bulk_create(
        Gold(task=task, answers={"score": known}, source="test")
        for task, known in zip(tasks, truth, strict=True)
    )
    choose(question, "skilled_mean")

    compute(question)

    run = Run.objects.get()
    assert run.values == []
    assert set(run.checks) == {"gold", "calibration", "stopping"}
    assert run.checks["gold"]["verdict"] == "better"
    rows = Consensus.objects.filter(question=question).order_by("task")
    assert all(isinstance(row.value, int) for row in rows)
    near = [abs(row.value - known) <= 5 for row, known in zip(rows, truth, strict=True)]
    assert np.mean(near) > 0.95
    assert np.mean([row.probability or 0 for row in rows]) == pytest.approx(1, abs=0.1)
    # A number that nobody has said yet is judged by the fit like all others.
    late = answered_task(
        project=question.project, answers={who: {"score": 97} for who in people[:2]}
    )
    refresh_consensus(project=question.project, task_ids=[late.pk])
    found = Consensus.objects.select_related("run", "question").get(task=late)
    assert found.run_id == run.pk
    assert abs(found.value - 97) <= 3
    assert recompute_consensus(found).probability == found.probability
    assert recompute_fit(run).is_same


def test_a_trimmed_mean_needs_no_fit() -> None:
    question = QuestionFactory(name="score", kind="rating", config={"min": 1, "max": 5})
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(5)]
    said = zip(people, [4, 4, 4, 5, 1], strict=True)
    task = answered_task(project=question.project, answers={who: {"score": it} for who, it in said})
    choose(question, "trimmed_mean", trim=0.2)

    compute(question)

    row = Consensus.objects.get(task=task)
    assert (row.value, row.share, row.aggregator) == (4, 0.6, "trimmed_mean")
    assert not Run.objects.exists()


def marked(question: Question, people: list[Membership], *answers: list[tuple[int, int]]) -> Task:
    kind = question.behaviour
    values = [
        kind.clean([{"label": "Name", "start": a, "end": b} for a, b in one], question.config)
        for one in answers
    ]
    said = zip(people, values, strict=True)
    return answered_task(
        project=question.project, answers={who: {question.name: value} for who, value in said}
    )


@pytest.mark.parametrize("aggregator", ["matched_skill", "staple"])
def test_spans_are_fused_by_skill(aggregator: str) -> None:
    """Two who find the names, one who finds none of them but something else."""
    question = QuestionFactory(
        name="names", kind="span", config={"field": "text", "labels": ["Name"]}
    )
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(3)]
    tasks = [
        marked(question, people, [(i, i + 4), (20, 24)], [(i, i + 4), (20, 24)], [(30 + i, 34 + i)])
        for i in range(12)
    ]
    Gold.objects.create(
        task=tasks[0],
        answers={"names": Annotation.objects.filter(task=tasks[0]).earliest("pk").answers["names"]},
        source="test",
    )
    choose(question, aggregator)

    compute(question)

    run = Run.objects.get()
    assert (run.values, run.checks["gold"]["model"], run.is_worse) == ([], 1.0, False)
    late = marked(question, people[::2], [(5, 9)], [(30, 34)])
    refresh_consensus(project=question.project, task_ids=[late.pk])
    found = Consensus.objects.select_related("run", "question").get(task=late)
    assert [one["parts"] for one in found.value] == [[[5, 9]]]
    assert found.probability is not None
    assert found.probability > 0.6
    again = recompute_consensus(found)
    assert (again.winners, again.probability) == (found.winners, found.probability)
    assert recompute_fit(run).is_same


def test_spans_are_fused_by_vote_at_once() -> None:
    question = QuestionFactory(
        name="names", kind="span", config={"field": "text", "labels": ["Name"]}
    )
    people: list[Membership] = [MembershipFactory(project=question.project) for _ in range(3)]
    assert [method.name for method in methods_for(question)] == [
        *("medoid", "matched_skill", "matched_vote"),
        *("pieces_vote", "staple"),
    ]
    choose(question, "matched_vote")

    task = marked(question, people, [(0, 4), (9, 12)], [(0, 4)], [(1, 4)])
    refresh_consensus(project=question.project, task_ids=[task.pk])

    row = Consensus.objects.get()
    assert [one["parts"] for one in row.value] == [[[0, 4]]]
    assert row.aggregator == "matched_vote"
    assert row.share == pytest.approx((1 + 2 / 3) / 2)
