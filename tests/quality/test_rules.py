"""A project's rules: kept as one table, tried before that, held against answers, found by name."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import apps.quality.jobs  # noqa: F401  (a worker has read it)
from apps.core.jobs import run_job
from apps.core.models import AuditEvent, JobRun
from apps.projects.models import Membership, Project
from apps.quality.actions.answers_read import read_answers
from apps.quality.actions.rules import BadRules, RuleSpec, set_rules, try_rules
from apps.quality.actions.rules_read import note_contradictions, rules_of
from apps.quality.models import CheckRun, Finding, ProjectRule
from apps.tasks.models import Task
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    UserFactory,
    answered_task,
    user_of,
)

pytestmark = pytest.mark.django_db
TEXT = "if severity is none then spans must be empty"
SPAN = {"id": "a", "label": "Person", "parts": [[0, 3]]}


@pytest.fixture
def project() -> Project:
    project = ProjectFactory()
    labels = {"labels": ["none", "high"]}
    QuestionFactory(project=project, name="severity", kind="choice", config=labels)
    config = {"field": "text", "labels": ["Person"]}
    QuestionFactory(project=project, name="spans", kind="span", config=config)
    return project


@pytest.fixture
def person(project: Project) -> Membership:
    return MembershipFactory(project=project)


def said(project: Project, person: Membership, **answers: Any) -> Task:
    return answered_task(project=project, answers={person: answers}, data={"text": "Ada was here"})


def keep(project: Project, *texts: str, words: str = "") -> list[ProjectRule]:
    specs = [RuleSpec(text, words) for text in texts]
    return set_rules(project=project, specs=specs, by=UserFactory(), at=timezone.now())


def run(project: Project) -> None:
    run_job(JobRun.objects.filter(kind="quality.checks").latest("pk").pk)


def test_answers_that_contradict_a_rule_are_found_by_its_sentence(
    project: Project, person: Membership
) -> None:
    bad = [said(project, person, severity="none", spans=[SPAN]) for _ in range(2)]
    said(project, person, severity="none", spans=[])
    said(project, person, severity="high", spans=[SPAN])
    said(project, person, spans=[SPAN])
    keep(project, TEXT, words="Nothing is marked where nothing is wrong.")

    run(project)

    one = Finding.objects.get(project=project, kind="contradictions")
    assert one.words == ("2 answers contradict a rule: Nothing is marked where nothing is wrong.")
    assert (one.tasks, one.p, one.question) == ([task.pk for task in bad], None, None)
    assert (
        f"The rule “{TEXT}” cannot be told of 1 answer: what it asks about is missing."
        in CheckRun.objects.get().left_out
    )


def test_two_rules_are_two_findings_and_one_that_is_taken_away_is_gone(
    project: Project, person: Membership
) -> None:
    said(project, person, severity="none", spans=[SPAN])
    keep(project, TEXT, "severity is not none")
    run(project)
    assert Finding.objects.filter(state="open", kind="contradictions").count() == 2

    keep(project, TEXT)
    run(project)

    states = Finding.objects.filter(kind="contradictions").values_list("words", "state")
    assert dict(states) == {
        f"1 answer contradicts a rule: {TEXT}.": "open",
        "1 answer contradicts a rule: severity is not none.": "gone",
    }


def test_a_rule_whose_question_is_gone_is_said_and_stops_no_check(
    project: Project, person: Membership
) -> None:
    said(project, person, severity="none", spans=[SPAN])
    keep(project, TEXT)
    project.questions.filter(name="spans").update(retired_at=timezone.now())

    run(project)

    [told] = [words for words in CheckRun.objects.get().left_out if "The rule" in words]
    assert "There is no question 'spans'." in told
    assert not Finding.objects.filter(kind="contradictions").exists()


def test_rules_are_set_as_one_table_and_what_stays_stays_the_same(project: Project) -> None:
    [first, second] = keep(project, TEXT, "spans is answered")
    [moved, new] = keep(project, "spans   is answered", "severity is answered")

    assert moved.pk == second.pk
    assert [one.pk for one in rules_of(project)] == [moved.pk, new.pk]
    assert ProjectRule.objects.get(pk=first.pk).retired_at is not None
    told = AuditEvent.objects.filter(action="rules.changed").latest("pk")
    assert told.detail["rules"] == ["spans is answered", "severity is answered"]


def test_a_rule_with_another_sentence_is_another_rule(project: Project) -> None:
    [first] = keep(project, TEXT)
    [second] = keep(project, TEXT, words="So it is.")

    assert (first.words, second.words) == (TEXT, "So it is.")
    assert second.pk != first.pk


def test_faults_are_said_by_their_place_and_nothing_is_half_done(project: Project) -> None:
    keep(project, TEXT)
    with pytest.raises(BadRules) as bad:
        keep(project, "severity is low", "spans is answered", "spans  is answered", "a")

    assert bad.value.errors == {
        "0.text": "At character 13: 'low' is no answer to 'severity'. Answers: none, high.",
        "2.text": "Two rules say this.",
        "3.text": "At character 2: After 'a' comes is, is not, has, or a comparison.",
    }
    assert [one.text for one in rules_of(project)] == [TEXT]
    with pytest.raises(BadRules, match="at most 30"):
        keep(project, *[f"count of spans > {i}" for i in range(31)])
    with pytest.raises(BadRules, match="300 characters"):
        keep(project, TEXT, words="x" * 301)


def test_the_database_keeps_a_rule_once_and_never_without_words(project: Project) -> None:
    ProjectRule.objects.create(project=project, text="x", words="x")
    for bad in (
        {"text": "x", "words": "y"},
        {"text": "", "words": "y"},
        {"text": "z", "words": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProjectRule.objects.create(project=project, **bad)
    ProjectRule.objects.create(project=project, text="x", words="x", retired_at=timezone.now())


def test_a_trial_counts_names_tasks_and_keeps_nothing(project: Project, person: Membership) -> None:
    bad = [said(project, person, severity="none", spans=[SPAN]) for _ in range(3)]
    said(project, person, spans=[SPAN])

    [trial, other], looked_at = try_rules(
        project=project, specs=[RuleSpec(TEXT), RuleSpec("spans is answered")]
    )

    assert (trial.contradict, trial.unknown, looked_at) == (3, 1, 4)
    assert sorted(trial.tasks) == [task.pk for task in bad]
    assert (other.contradict, other.unknown, other.tasks) == (0, 0, [])
    assert not ProjectRule.objects.exists()
    assert not JobRun.objects.exists()


def test_a_trial_stops_when_its_time_is_up_and_says_how_far_it_came(
    project: Project, person: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        said(project, person, severity="none", spans=[SPAN])
    clock = itertools.count(0, 2)
    monkeypatch.setattr("apps.quality.actions.rules.time.monotonic", lambda: next(clock))

    [trial], looked_at = try_rules(project=project, specs=[RuleSpec(TEXT)])

    assert (looked_at, trial.contradict) == (2, 2)


def test_a_task_that_came_in_after_the_others_were_read_waits(
    project: Project, person: Membership
) -> None:
    first = said(project, person, severity="none", spans=[SPAN])
    keep(project, TEXT)
    tasks = read_answers(project, is_independent=False).tasks
    said(project, person, severity="none", spans=[SPAN])

    [noted], _ = note_contradictions(project, tasks)

    assert [tasks[place] for place in noted.task] == [first.pk]


# --- The page --------------------------------------------------------------------------------


@pytest.fixture
def lead(project: Project) -> Client:
    client = Client()
    client.force_login(user_of(MembershipFactory(project=project, role="lead")))
    return client


def sent(client: Client, project: Project, do: str, *rows: tuple[str, str]) -> Any:
    data = {"do": do}
    for place, (text, words) in enumerate(rows):
        data |= {f"{place}-text": text, f"{place}-words": words}
    return client.post(reverse("quality:rules", args=[project.pk]), data, follow=True)


def words_in(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_lead_tries_a_rule_and_then_saves_it(
    project: Project, person: Membership, lead: Client
) -> None:
    task = said(project, person, severity="none", spans=[SPAN])
    said(project, person, spans=[SPAN])

    tried = words_in(sent(lead, project, "try", (TEXT, "So."), ("", "")))
    assert "<b>1</b> of the newest 2 answers contradict it" not in tried
    assert "<b>1</b> of the newest 2 answers contradicts it; of 1 it cannot be told." in tried
    assert reverse("annotations:task", args=[project.pk, task.pk]) in tried
    assert TEXT in tried
    assert not ProjectRule.objects.exists()

    saved = words_in(sent(lead, project, "save", (TEXT, "So."), ("", "")))
    assert "Saved. The answers are checked now." in saved
    assert TEXT in saved
    [rule] = rules_of(project)
    assert (rule.text, rule.words, rule.made_by) == (TEXT, "So.", user_of_session(lead))
    run(project)
    checks = words_in(lead.get(reverse("quality:checks", args=[project.pk])))
    assert "1 answer contradicts a rule: So." in checks
    assert reverse("quality:rules", args=[project.pk]) in checks

    sent(lead, project, "save", ("", ""))
    assert rules_of(project) == []


def user_of_session(client: Client) -> Any:
    return Membership.objects.get(user_id=client.session["_auth_user_id"]).user


def test_a_fault_stands_beside_its_rule_and_what_was_written_stays(
    project: Project, lead: Client
) -> None:
    answer = sent(lead, project, "save", (TEXT, ""), ("severity is low", "Never low."))

    told = words_in(answer)
    assert answer.status_code == 422
    assert "At character 13: &#x27;low&#x27; is no answer" in told
    assert TEXT in told
    assert "Never low." in told
    assert not ProjectRule.objects.exists()


def test_a_rule_that_is_too_long_or_has_a_zero_is_refused(project: Project, lead: Client) -> None:
    assert sent(lead, project, "try", ("x" * 501, "")).status_code == 422
    assert sent(lead, project, "try", ("a\0 is x", "")).status_code in {400, 422}


@pytest.mark.parametrize("role", ["reviewer", "viewer", "annotator"])
def test_rules_are_for_leads_alone(project: Project, role: str) -> None:
    client = Client()
    client.force_login(user_of(MembershipFactory(project=project, role=role)))

    assert client.get(reverse("quality:rules", args=[project.pk])).status_code == 403


def test_the_page_asks_the_same_of_few_rules_and_of_many(project: Project, lead: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert lead.get(reverse("quality:rules", args=[project.pk])).status_code == 200
        return len(found)

    keep(project, TEXT)
    few = queries()
    keep(project, *[f"count of spans > {i}" for i in range(30)])

    assert queries() == few
    assert few <= 10
