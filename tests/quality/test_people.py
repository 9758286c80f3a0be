"""What is known of annotators: worked out by a job, shown to leads as a list and one by one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import apps.quality.jobs  # noqa: F401  (a worker has read it)
from apps.annotations.models import Gold, Question
from apps.consensus.actions.choosing import choose_method
from apps.consensus.actions.fitting import fit_question
from apps.consensus.models import Method
from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.projects.models import Membership, Project
from apps.quality.actions.people import ask_for_people, due_people
from apps.quality.models import Finding, PeopleRun, PersonReport
from apps.tasks.models import Task
from tests.bulk import answered_tasks
from tests.clients import signed_in, signed_in_as
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    UserFactory,
    answered_task,
)

pytestmark = pytest.mark.django_db
NAMES = ("Ada Good", "Bo Good", "Cy Good", "Di Turned")


@pytest.fixture
def project() -> Project:
    project = ProjectFactory()
    QuestionFactory(project=project, name="intent", title="What is wanted?")
    return project


@pytest.fixture
def people(project: Project) -> list[Membership]:
    return [MembershipFactory(project=project, user=UserFactory(name=name)) for name in NAMES]


@pytest.fixture
def lead(project: Project) -> Client:
    return signed_in_as(project, "lead")


def work(project: Project, people: list[Membership], tasks: int = 40) -> list[Task]:
    """All agree but the last, who says praise for half of the complaints."""
    answers = []
    for i in range(tasks):
        word = ("praise", "complaint", "question")[i % 3]
        turned = "praise" if word == "complaint" and i % 2 else word
        said = [*[word] * (len(people) - 1), turned]
        answers.append({one: {"intent": each} for one, each in zip(people, said, strict=True)})
    return answered_tasks(project=project, answers=answers)


def run(project: Project) -> PeopleRun:
    job = ask_for_people(project=project, by=None)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    return PeopleRun.objects.get(project=project)


def report_of(member: Membership, question: str = "intent") -> dict[str, Any]:
    return dict(PersonReport.objects.get(annotator=member).body["questions"][question])


def page(client: Client, name: str, *keys: int, **query: str) -> str:
    answer = client.get(reverse(f"quality:{name}", args=keys), query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_answers_are_held_against_what_the_others_say(
    project: Project, people: list[Membership]
) -> None:
    work(project, people)

    made = run(project)

    told = made.questions["intent"]
    words = told["words"]
    assert (told["by"], made.answers) == ("the others", 160)
    good, turned = report_of(people[0]), report_of(people[3])
    assert (good["agree"]["value"], good["agree"]["n"]) == (1, 40)
    wrong = sum(1 for i in range(40) if i % 3 == 1 and i % 2)
    assert turned["agree"]["value"] == pytest.approx(1 - wrong / 40, abs=1e-4)
    (one,) = turned["confused"]
    assert (words[one["shown"]], words[one["says"]]) == ("complaint", "praise")
    assert (one["times"], one["n"]) == (wrong, 13)
    assert set(one["tasks"]) <= set(Task.objects.values_list("pk", flat=True))


def test_gold_comes_before_what_the_others_say(project: Project, people: list[Membership]) -> None:
    tasks = work(project, people, tasks=12)
    for task in tasks:
        Gold.objects.create(task=task, answers={"intent": "question"}, source="test")

    made = run(project)

    assert made.questions["intent"]["known"] == 48
    assert report_of(people[0])["agree"]["value"] == pytest.approx(4 / 12, abs=1e-4)


def test_where_a_model_stands_it_says_what_the_others_come_to(
    project: Project, people: list[Membership]
) -> None:
    work(project, people)
    question = Question.objects.get(project=project)
    choose_method(question=question, aggregator="dawid_skene", by=None, at=timezone.now())
    fit_question(question=question, method=Method.objects.get(question=question))

    made = run(project)

    assert made.questions["intent"]["by"] == "Dawid-Skene"
    assert report_of(people[0])["agree"]["value"] == 1
    assert report_of(people[3])["agree"]["value"] < 0.9


def test_sets_and_points_are_told_by_label_and_other_answers_are_left_out(
    project: Project, people: list[Membership]
) -> None:
    labels = {"labels": ["a", "b"]}
    QuestionFactory(project=project, name="tags", kind="multi_choice", config=labels)
    QuestionFactory(project=project, name="stars", kind="rating", config={})
    QuestionFactory(project=project, name="why", kind="text", config={})
    for i in range(20):
        said = {"intent": "praise", "tags": ["a"] if i % 2 else ["a", "b"], "stars": i % 5 + 1}
        answers = {one: {**said, "why": f"{i}"} for one in people[:3]}
        answers[people[3]] = {**said, "tags": ["a"], "stars": 5, "why": "x"}
        answered_task(project=project, answers=answers)

    made = run(project)

    tags, stars = report_of(people[3], "tags"), report_of(people[3], "stars")
    assert tags["agree"]["value"] == 0.5
    missed = next(row for row in tags["labels"] if row["said"] == 0)
    assert (missed["met"], missed["found"]["value"]) == (10, 0)
    assert not made.questions["tags"]["is_one_label"]
    assert stars["agree"]["value"] == 0.2
    assert len(stars["confused"]) == 4
    assert any(words.startswith("why:") for words in made.left_out)


def test_a_report_is_made_anew_when_enough_is_new(
    project: Project, people: list[Membership], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.quality.actions.findings.FIRST", 8)
    work(project, people, tasks=1)
    now = timezone.now()
    assert due_people(at=now) == []
    work(project, people, tasks=1)
    assert due_people(at=now) == [project]

    made = run(project)

    later = made.made_at + timedelta(minutes=11)
    assert due_people(at=later) == []
    work(project, people, tasks=6)
    assert due_people(at=later) == [project]
    assert due_people(at=made.made_at + timedelta(minutes=5)) == []


def test_before_the_first_run_the_list_says_so(project: Project, lead: Client) -> None:
    told = page(lead, "annotators", project.pk)

    assert "Nothing has been worked out" in told
    assert "No annotators yet" in told


def test_the_list_has_a_row_for_each_and_names_who_is_below(
    project: Project, people: list[Membership], lead: Client
) -> None:
    work(project, people, tasks=90)
    address = reverse("quality:annotators_run", args=[project.pk])
    told = lead.post(address, follow=True).content.decode()
    assert "Working out what the answers tell" in told
    fragment = reverse("quality:annotators_job", args=[project.pk])
    assert lead.get(fragment).headers.get("HX-Refresh") is None
    run_job(JobRun.objects.get(kind="quality.people").pk)
    assert lead.get(fragment).headers["HX-Refresh"] == "true"

    told = page(lead, "annotators", project.pk)

    assert "1 annotator is right less often than the others." in told
    assert told.count("below the others") == 1
    assert "4 of 4." in told
    assert all(name in told for name in NAMES)


def test_the_list_is_sorted_and_searched(
    project: Project, people: list[Membership], lead: Client
) -> None:
    work(project, people, tasks=9)
    answered_task(project=project, answers={people[1]: {"intent": "praise"}})

    down = page(lead, "annotators", project.pk, sort="-done")
    by_name = page(lead, "annotators", project.pk, sort="-name")
    found = page(lead, "annotators", project.pk, find="turned", sort="nonsense")

    run(project)
    by_skill = page(lead, "annotators", project.pk, sort="skill")
    assert by_skill.index("Di Turned") < by_skill.index("Ada Good")
    assert down.index("Bo Good") < down.index("Ada Good")
    assert by_name.index("Di Turned") < by_name.index("Ada Good")
    assert 'aria-sort="descending"' in by_name
    assert "1 of 4." in found
    assert "Ada Good" not in found
    assert "No annotator of that name" in page(lead, "annotators", project.pk, find="zz")


def test_a_long_list_has_pages(
    project: Project, people: list[Membership], lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.quality.views.people.PAGE", 3)

    first = page(lead, "annotators", project.pk, sort="name")
    second = page(lead, "annotators", project.pk, sort="name", **{"from": "3"})

    assert "Di Turned" not in first
    assert "Di Turned" in second
    assert "Back to the first" in second


def test_the_page_of_one_says_what_to_train_and_links_such_tasks(
    project: Project, people: list[Membership], lead: Client
) -> None:
    tasks = work(project, people, tasks=90)
    Finding.objects.create(
        project=project, kind="label_mix", key=b"x", words="{person} answers praise too often.",
        tasks=[], task_count=0, annotators=[people[3].pk], p=0.01,
    )  # fmt: skip
    run(project)

    told = page(lead, "annotator", project.pk, people[3].pk)

    assert "Right less often than the others." in told
    assert "corrected for all annotators" in told
    assert '<bdi class="strong">complaint</bdi>, says <bdi class="strong">praise</bdi>' in told
    wrong = [task for i, task in enumerate(tasks) if i % 3 == 1 and i % 2]
    assert reverse("annotations:task", args=[project.pk, wrong[-1].pk]) in told
    assert "over-used" in told
    assert "Di Turned answers praise too often." in told
    assert "data-spec" in told
    good = page(lead, "annotator", project.pk, people[0].pk)
    assert "over-used" not in good
    assert "No label is taken for another" in good


def test_ones_own_page_tells_a_habit_and_no_task(
    project: Project, people: list[Membership]
) -> None:
    work(project, people, tasks=120)
    run(project)

    turned, usual = (page(signed_in(one), "my_work", project.pk) for one in (people[-1], people[0]))

    assert "Worth a second look" in turned
    assert 'said <bdi class="strong">praise</bdi> in 50 % of 40' in " ".join(turned.split())
    assert "Worth a second look" not in usual
    few = signed_in(people[-1])
    PersonReport.objects.filter(annotator=people[-1]).update(body=_fewer(people[-1]))
    assert "Worth a second look" not in page(few, "my_work", project.pk)


def _fewer(member: Membership) -> dict[str, Any]:
    """The same habit, of so few tasks that somebody could tell which they were."""
    body: dict[str, Any] = PersonReport.objects.get(pk=member.pk).body
    for one in body["questions"]["intent"]["confused"]:
        one["n"] = 19
    return body


def test_of_few_answers_it_says_how_many_more_would_do(
    project: Project, people: list[Membership], lead: Client
) -> None:
    work(project, people, tasks=4)
    run(project)

    told = page(lead, "annotator", project.pk, people[0].pk)

    assert "Not enough known yet." in told
    assert "more answers would do" in told
    assert "below the others" not in page(lead, "annotators", project.pk)
    newcomer = MembershipFactory(project=project)
    assert "no answer yet" in page(lead, "annotator", project.pk, newcomer.pk)


def test_the_matrix_says_whom_to_ask_for_what_and_groups_are_told_apart(
    project: Project, lead: Client
) -> None:
    crowd: list[Membership] = [MembershipFactory(project=project, groups=["day"]) for _ in range(4)]
    crowd += [MembershipFactory(project=project, groups=["night"]) for _ in range(4)]
    rng, rows = np.random.default_rng(1), []
    for i in range(60):
        word = ("praise", "complaint")[i % 2]
        other = ("praise", "complaint")[1 - i % 2]
        said = [word if k < 4 or rng.random() < 0.6 else other for k in range(8)]
        rows.append({one: {"intent": each} for one, each in zip(crowd, said, strict=True)})
    answered_tasks(project=project, answers=rows)
    run(project)

    told = page(lead, "who_for_what", project.pk)

    assert re.search(r"praise: 1?\d\d %, 95 % between \d\d % to", told)
    assert "above the rest" in told
    assert "below the rest" in told
    assert told.count("agrees more") == told.count("agrees less") == 1


def test_without_answers_the_matrix_says_so(project: Project, lead: Client) -> None:
    told = page(lead, "who_for_what", project.pk)

    assert "Not enough known yet" in told
    assert "Nobody who answered is in a group." in told


@pytest.mark.parametrize("role", ["reviewer", "viewer", "annotator"])
@pytest.mark.parametrize("name", ["annotators", "annotator", "who_for_what"])
def test_it_is_for_leads_alone(
    project: Project, people: list[Membership], role: str, name: str
) -> None:
    keys = [project.pk, *([people[0].pk] if name == "annotator" else [])]

    assert signed_in_as(project, role).get(reverse(f"quality:{name}", args=keys)).status_code == 403


def test_somebody_of_another_project_is_not_there(project: Project, lead: Client) -> None:
    other = MembershipFactory()
    address = reverse("quality:annotator", args=[project.pk, other.pk])

    assert lead.get(address).status_code == 404


def test_pages_ask_the_same_of_few_and_of_many(
    project: Project, people: list[Membership], lead: Client
) -> None:
    def queries() -> list[int]:
        found = []
        keys = {
            "annotators": [project.pk],
            "annotator": [project.pk, people[3].pk],
            "who_for_what": [project.pk],
        }
        for name, args in keys.items():
            page(lead, name, *args)
            with CaptureQueriesContext(connection) as captured:
                page(lead, name, *args)
            found.append(len(captured))
        return found

    work(project, people, tasks=12)
    run(project)
    few = queries()
    more = [MembershipFactory(project=project) for _ in range(6)]
    work(project, [*more, people[3]], tasks=12)
    run(project)

    assert queries() == few
    assert max(few) <= 20, few
