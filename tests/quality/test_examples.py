"""Where an example goes in a guideline that people wrote by hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from apps.projects.models import Guideline, Project
from apps.quality.actions.decisions import adjudicate
from apps.quality.actions.examples import insert_example
from apps.quality.models import Adjudication, Outcome
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, user_of
from tests.quality.factories import conflict_between


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "## Examples\n\n- new\n"),
        ("Rule.", "Rule.\n\n## Examples\n\n- new\n"),
        ("## Examples\n\n- old\n", "## Examples\n\n- old\n- new\n"),
        ("# examples #", "# examples #\n\n- new\n"),
        (
            "## Examples\n\n- old\n\n## Last\n\nEnd.",
            "## Examples\n\n- old\n- new\n\n## Last\n\nEnd.\n",
        ),
        ("## Examples\n\nSome words.", "## Examples\n\nSome words.\n\n- new\n"),
        ("```\n## Examples\n```", "```\n## Examples\n```\n\n## Examples\n\n- new\n"),
    ],
)
def test_an_example_goes_behind_the_others(text: str, expected: str) -> None:
    assert insert_example(text, "- new") == expected


def test_it_may_go_under_another_heading() -> None:
    text = "# Praise\n\nThe writer thanks us.\n\n# Complaint\n"

    assert insert_example(text, "- new", "praise") == (
        "# Praise\n\nThe writer thanks us.\n\n- new\n\n# Complaint\n"
    )


def example(project: Project, **given: Any) -> str:
    """The guideline after a decided conflict between praise, praise, question and complaint."""
    said = ("praise", "praise", "question", "complaint")
    conflict = conflict_between(project, *({"intent": one} for one in said))
    adjudicate(
        task=conflict.task,
        by=user_of(MembershipFactory(project=project, role="reviewer")),
        at=timezone.now(),
        sources={},
        reason="It thanks us.",
        follows=None,
        is_example=True,
        **given,
    )
    return Guideline.objects.latest("number").text


@pytest.mark.django_db
def test_it_says_what_is_right_and_what_others_took_it_for() -> None:
    project = ProjectFactory()
    QuestionFactory(project=project, name="intent")

    text = example(project, outcome=Outcome.DECIDED, answers={"intent": "praise"})

    assert "## Examples\n\n- **praise**, not question, complaint: “Message" in text
    task = Adjudication.objects.get().task_id
    assert text.endswith(f"” (task #{task}) It thanks us.")


@pytest.mark.django_db
def test_it_stands_where_its_label_is_defined() -> None:
    project = ProjectFactory(guideline_version=1)
    QuestionFactory(project=project, name="intent")
    Guideline.objects.create(
        project=project, number=1, text="# Praise\n\nThanks.\n\n# Question\n\nAsks.\n"
    )

    text = example(project, outcome=Outcome.DECIDED, answers={"intent": "praise"})

    assert text.startswith("# Praise\n\nThanks.\n\n- **praise**, not ")
    assert text.endswith("# Question\n\nAsks.")


@pytest.mark.django_db
def test_where_no_answer_is_right_none_is_named_as_wrong() -> None:
    project = ProjectFactory()
    QuestionFactory(project=project, name="intent")

    text = example(project, outcome=Outcome.NONE_RIGHT, answers={})

    assert "- **No answer is right**: “" in text
