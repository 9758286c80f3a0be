"""Questions change in versions, and no version takes anything from an answer."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.utils import timezone

from apps.annotations.actions.projects import create_project
from apps.annotations.actions.questions import (
    QuestionsMoved,
    clean_questions,
    name_from,
    set_questions,
)
from apps.annotations.models import Annotation, Gold, Question, QuestionSet
from apps.projects.actions import BadProject
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    TaskFactory,
    UserFactory,
)

TOPIC = {
    "name": "topic",
    "kind": "choice",
    "title": "Topic?",
    "config": {"labels": ["a", "b", "c"]},
}
SCALE = {"name": "scale", "kind": "rating", "title": "How much?", "config": {"min": 1, "max": 5}}


def publish(project, *questions, **more) -> QuestionSet:
    return set_questions(
        project=project, questions=list(questions), by=None, at=timezone.now(), **more
    )


def answer(project, answers) -> Annotation:
    lease = AssignmentFactory(task__project=project, annotator=MembershipFactory(project=project))
    return AnnotationFactory(
        assignment=lease, answers=answers, question_version=project.question_version
    )


def labels(name="topic") -> dict[str, bool]:
    """Value to whether it is retired."""
    config = Question.objects.get(name=name).config
    return {label["value"]: label["retired"] for label in config["labels"]}


def asked(project) -> list[str]:
    return [q.name for q in Question.objects.filter(project=project).asked()]


@pytest.mark.django_db
class TestVersions:
    def test_each_change_is_a_version_and_no_change_is_none(self):
        project = ProjectFactory()
        assert publish(project, TOPIC).number == 1
        assert publish(project, TOPIC).number == 1
        assert publish(project, {**TOPIC, "title": "Which topic?"}).number == 2
        project.refresh_from_db()
        assert project.question_version == 2
        first = QuestionSet.objects.get(project=project, number=1)
        assert first.questions[0]["title"] == "Topic?"

    def test_the_order_is_what_is_given(self):
        project = ProjectFactory()
        publish(project, TOPIC, SCALE)
        publish(project, SCALE, TOPIC)
        assert asked(project) == ["scale", "topic"]

    def test_what_is_left_out_retires_and_can_come_back(self):
        project = ProjectFactory()
        publish(project, TOPIC, SCALE)
        publish(project, TOPIC)
        assert asked(project) == ["topic"]
        publish(project, TOPIC, SCALE)
        assert asked(project) == ["topic", "scale"]
        assert Question.objects.count() == 2

    def test_an_overtaken_change_is_refused(self):
        project = ProjectFactory()
        publish(project, TOPIC)
        publish(project, TOPIC, SCALE, base_version=1)
        with pytest.raises(QuestionsMoved):
            publish(project, TOPIC, base_version=1)
        assert asked(project) == ["topic", "scale"]


@pytest.mark.django_db
class TestAnswered:
    def test_a_label_left_out_retires_once_there_are_answers(self):
        project = ProjectFactory()
        publish(project, TOPIC)
        publish(project, {**TOPIC, "config": {"labels": ["a", "b"]}})
        assert labels() == {"a": False, "b": False}
        answer(project, {"topic": "b"})
        publish(project, {**TOPIC, "config": {"labels": ["a", "new"]}})
        assert labels() == {"a": False, "new": False, "b": True}
        question = Question.objects.get()
        assert question.behaviour.clean("b", question.config) == "b"

    def test_a_retired_label_can_be_offered_again(self):
        project = ProjectFactory()
        publish(project, TOPIC)
        answer(project, {"topic": "b"})
        publish(project, {**TOPIC, "config": {"labels": ["a", "c"]}})
        publish(project, TOPIC)
        assert labels() == {"a": False, "b": False, "c": False}

    def test_the_kind_stays(self):
        project = ProjectFactory()
        publish(project, TOPIC)
        publish(project, {**SCALE, "name": "topic"})
        answer(project, {"topic": 3})
        with pytest.raises(BadProject) as error:
            publish(project, TOPIC)
        assert set(error.value.errors) == {"questions.0.kind"}

    def test_a_scale_grows_and_never_shrinks(self):
        project = ProjectFactory()
        publish(project, SCALE)
        answer(project, {"scale": 5})
        publish(project, {**SCALE, "config": {"min": 0, "max": 10}})
        with pytest.raises(BadProject) as error:
            publish(project, {**SCALE, "config": {"min": 0, "max": 9}})
        assert set(error.value.errors) == {"questions.0.config.max"}

    def test_a_known_answer_counts_as_an_answer(self):
        project = ProjectFactory()
        publish(project, TOPIC)
        Gold.objects.create(task=TaskFactory(project=project), answers={"topic": "c"}, source="x")
        publish(project, {**TOPIC, "config": {"labels": ["a", "b"]}})
        assert labels()["c"] is True


BAD = [
    ([], "questions"),
    ("x", "questions"),
    ([1], "questions.0"),
    ([{**TOPIC, "name": "1a"}], "questions.0.name"),
    ([{**TOPIC, "name": "constructor"}], "questions.0.name"),
    ([{**TOPIC, "kind": "hologram"}], "questions.0.kind"),
    ([{**TOPIC, "kind": None}], "questions.0.kind"),
    ([{**TOPIC, "title": "x" * 301}], "questions.0.title"),
    ([{**TOPIC, "goal": 2}], "questions.0.goal"),
    ([{**TOPIC, "goal": float("nan")}], "questions.0.goal"),
    ([{**TOPIC, "conflict_over": -1}], "questions.0.conflict_over"),
    ([{**TOPIC, "is_required": "yes"}], "questions.0.is_required"),
    ([{**TOPIC, "colour": 1}], "questions.0.colour"),
    ([TOPIC, TOPIC], "questions.1.name"),
    ([{**TOPIC, "config": {"labels": ["a", {"value": "b", "key": "12"}]}}],
     "questions.0.config.labels.1.key"),
    ([{**SCALE, "config": {"min": 5, "max": 1}}], "questions.0.config.max"),
    ([{"kind": "choice", "config": TOPIC["config"]}], "questions.0.title"),
    ([TOPIC] * 51, "questions"),
]  # fmt: skip


@pytest.mark.parametrize(("questions", "path"), BAD)
def test_what_is_wrong_is_said_with_its_place(questions, path):
    with pytest.raises(BadProject) as error:
        clean_questions(questions)
    assert path in error.value.errors
    assert error.value.errors[path].endswith(".")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("How urgent is it?", "how_urgent_is_it"),
        ("Größe", "groe"),
        ("شكوى", "question"),
        ("1st pick", "q_1st_pick"),
        ("constructor", "q_constructor"),
        ("x" * 90, "x" * 60),
    ],
)
def test_a_name_is_made_from_the_title(title, name):
    assert name_from(title) == name


@pytest.mark.django_db
def test_a_project_is_made_whole_or_not_at_all():
    at, by = timezone.now(), UserFactory()
    with pytest.raises(BadProject):
        create_project(by=by, at=at, name="x", questions=[{**TOPIC, "kind": "no"}])
    assert not Question.objects.exists()
    project = create_project(by=by, at=at, name="x", questions=[TOPIC])
    assert project.fields == [{"name": "text", "display": "text", "title": "", "config": {}}]
    assert (project.overlap, project.question_version) == (3, 1)


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_make_two_versions():
    project = ProjectFactory()
    start = threading.Barrier(4)

    def one(i: int) -> None:
        try:
            start.wait(5)
            publish(project, {**TOPIC, "title": f"Title {i}"})
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(QuestionSet.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert Question.objects.count() == 1


@pytest.mark.django_db
def test_a_question_that_is_added_comes_with_an_empty_help(client):
    client.force_login(UserFactory())

    page = client.get("/new/").content.decode()

    assert page.count('data-field="help"') > 3
    assert "object at 0x" not in page
