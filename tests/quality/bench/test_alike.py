"""Conflicts that are alike, decided in one pass and taken back in one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.annotations.models import Annotation
from apps.projects.models import Membership, Project
from apps.quality.actions import adjudicate
from apps.quality.models import Adjudication, Conflict, ConflictState, Outcome
from tests.clients import signed_in
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, UserFactory
from tests.quality.factories import conflict_between

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory()
    QuestionFactory(project=project, name="topic", title="Topic?")
    return Project.objects.get(pk=project.pk)


def topics(project: Project, *labels: str) -> Conflict:
    return conflict_between(project, *({"topic": label} for label in labels))


def url(conflict: Conflict) -> str:
    return reverse("quality:alike", args=[conflict.project_id, conflict.task_id])


def heads(conflict: Conflict) -> list[Annotation]:
    return list(Annotation.objects.heads().filter(task=conflict.task_id).order_by("pk"))


def choices(label: str, *conflicts: Conflict) -> dict[str, Any]:
    """The form as the page sends it, with this label for each."""
    sent: dict[str, Any] = {"task": [one.task_id for one in conflicts], "reason": ""}
    for one in conflicts:
        given = heads(one)
        sent[f"saw.{one.task_id}"] = ",".join(str(each.pk) for each in given)
        right = next(each for each in given if each.answers["topic"] == label)
        sent[f"take.{one.task_id}"] = str(right.key)
    return sent


def states(*conflicts: Conflict) -> list[str]:
    return [Conflict.objects.get(pk=one.pk).state for one in conflicts]


def test_the_bench_says_how_many_are_alike(browser: Client, project: Project) -> None:
    one, _, _ = (topics(project, "praise", "complaint") for _ in range(3))
    other = topics(project, "praise", "question")
    bench = reverse("quality:adjudicate", args=[project.pk, one.task_id])

    assert "2 more wait that are about the same answers" in browser.get(bench).content.decode()
    alone = browser.get(reverse("quality:adjudicate", args=[project.pk, other.task_id]))
    assert "about the same answers" not in alone.content.decode()


def test_those_that_are_chosen_are_decided_the_others_wait(
    browser: Client, project: Project, reviewer: Membership
) -> None:
    first, second, third = (topics(project, "praise", "complaint") for _ in range(3))
    sent = choices("complaint", first, second, third)
    sent[f"take.{third.task_id}"] = ""

    answer = browser.post(url(first), sent | {"reason": "The guideline is clear."})

    assert answer.status_code == 302
    assert states(first, second, third) == ["decided", "decided", "open"]
    words = list(Adjudication.objects.all())
    assert {word.answers["topic"] for word in words} == {"complaint"}
    assert {word.reason for word in words} == {"The guideline is clear."}
    assert {word.decided_by for word in words} == {reviewer.user}
    assert len({word.pass_key for word in words}) == 1
    for word in words:
        assert word.saw == [one.pk for one in heads(word.task.conflict)]
        assert Annotation.objects.get(key=word.sources["topic"]).answers == word.answers


def test_what_all_agree_on_is_decided_with_it(browser: Client, project: Project) -> None:
    QuestionFactory(project=project, name="tone", title="Tone", labels=["calm", "loud"])
    one = conflict_between(
        project, {"topic": "praise", "tone": "calm"}, {"topic": "complaint", "tone": "calm"}
    )

    browser.post(url(one), choices("praise", one))

    assert Adjudication.objects.get().answers == {"topic": "praise", "tone": "calm"}


def test_where_another_question_differs_too_it_is_for_the_bench(
    browser: Client, project: Project
) -> None:
    QuestionFactory(project=project, name="tone", title="Tone", labels=["calm", "loud"])
    plain = conflict_between(
        project, {"topic": "praise", "tone": "calm"}, {"topic": "complaint", "tone": "calm"}
    )
    both = conflict_between(
        project, {"topic": "praise", "tone": "calm"}, {"topic": "complaint", "tone": "loud"}
    )

    page = browser.get(url(plain)).content.decode()

    assert f'name="task" value="{plain.task_id}"' in page
    assert f'name="task" value="{both.task_id}"' not in page
    answer = browser.post(url(plain), choices("praise", plain, both))
    assert answer.status_code == 302
    assert states(plain, both) == ["decided", "open"]


def test_an_answer_that_changed_meanwhile_stops_the_form(browser: Client, project: Project) -> None:
    one, other = (topics(project, "praise", "complaint") for _ in range(2))
    sent = choices("praise", one, other)
    sent[f"saw.{one.task_id}"] = "1"

    answer = browser.post(url(one), sent)

    assert answer.status_code == 422
    assert "Its answers changed meanwhile" in answer.content.decode()
    assert states(one, other) == ["open", "open"]


def test_one_that_somebody_else_decided_is_left_and_told(browser: Client, project: Project) -> None:
    one, other = (topics(project, "praise", "complaint") for _ in range(2))
    sent = choices("praise", one, other)
    adjudicate(
        task=other.task,
        by=UserFactory(),
        at=timezone.now(),
        outcome=Outcome.DECIDED,
        answers={"topic": "complaint"},
        sources={},
        reason="",
        follows=None,
    )

    answer = browser.post(url(one), sent, follow=True)

    assert "Not decided: 1 task that no longer wait" in answer.content.decode()
    assert states(one, other) == ["decided", "decided"]
    assert Adjudication.objects.heads().get(task=other.task_id).answers == {"topic": "complaint"}


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"task": "x"},
        {"task": "9" * 40},
        {"task": ["1", "2"], "take.1": "nobody"},
    ],
)
def test_a_bad_form_is_refused_in_words(
    browser: Client, project: Project, sent: dict[str, Any]
) -> None:
    one = topics(project, "praise", "complaint")

    answer = browser.post(url(one), sent)

    assert answer.status_code == 422
    assert "Choose an answer for at least one task" in answer.content.decode()


def test_a_pass_is_taken_back_whole(browser: Client, project: Project) -> None:
    first, second = (topics(project, "praise", "complaint") for _ in range(2))
    browser.post(url(first), choices("complaint", first, second))
    key = Adjudication.objects.filter(pass_key__isnull=False)[0].pass_key
    undo = reverse("quality:take_pass", args=[project.pk, key])
    assert undo in browser.get(reverse("quality:conflicts", args=[project.pk])).content.decode()

    answer = browser.post(undo)

    assert answer.headers["Location"] == url(first)
    assert states(first, second) == [ConflictState.OPEN, ConflictState.OPEN]
    assert Adjudication.objects.filter(outcome=Outcome.REOPENED).count() == 2
    again = browser.post(undo, follow=True)
    assert "Nothing that you decided together is there" in again.content.decode()


def test_nobody_takes_back_what_another_decided(browser: Client, project: Project) -> None:
    one = topics(project, "praise", "complaint")
    browser.post(url(one), choices("complaint", one))
    other = signed_in(MembershipFactory(project=project, role="reviewer"))
    key = Adjudication.objects.get().pass_key

    other.post(reverse("quality:take_pass", args=[project.pk, key]))

    assert states(one) == ["decided"]


@pytest.mark.parametrize(("role", "status"), [("lead", 200), ("viewer", 403), ("annotator", 403)])
def test_who_decides_sees_the_page(project: Project, role: str, status: int) -> None:
    one = topics(project, "praise", "complaint")

    client = signed_in(MembershipFactory(project=project, role=role))

    assert client.get(url(one)).status_code == status
    assert client.post(url(one)).status_code == (422 if status == 200 else status)


def test_letters_mean_the_same_on_all_cards(browser: Client, project: Project) -> None:
    topics(project, "complaint", "praise")
    last = topics(project, "praise", "complaint", "complaint")

    page = browser.get(url(last))

    cards = page.context["cards"]
    said = [[(one.letter, one.value, one.count) for one in card.options] for card in cards]
    assert sorted(said) == [
        [("A", "complaint", 1), ("B", "praise", 1)],
        [("A", "complaint", 2), ("B", "praise", 1)],
    ]


def test_conflicts_without_labels_are_like_no_other(browser: Client) -> None:
    project = ProjectFactory()
    QuestionFactory(project=project, name="said", kind="text", config={})
    MembershipFactory(project=project, user=UserFactory(), role="lead")
    one = conflict_between(project, {"said": "yes"}, {"said": "no"})
    lead = signed_in(MembershipFactory(project=project, role="lead"))

    assert lead.get(url(one)).status_code == 404


def test_the_page_asks_as_much_however_many_cards(
    browser: Client, project: Project, django_assert_num_queries: Any
) -> None:
    one = topics(project, "praise", "complaint")
    browser.get(url(one))
    with django_assert_num_queries(12):
        browser.get(url(one))
    for _ in range(8):
        topics(project, "praise", "complaint")

    with django_assert_num_queries(12):
        browser.get(url(one))
