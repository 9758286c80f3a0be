"""The reviewer's page, and the lead's table of stages."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.projects.models import Project
from apps.quality.actions.stages import StageSpec
from apps.quality.models import Adjudication, Review, Stage
from tests.clients import signed_in
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    UserFactory,
)
from tests.quality.reviews import ALL, case_of, given, judge, reviewer, stages, two_stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(overlap=1)
    QuestionFactory(project=project, name="intent")
    return Project.objects.get(pk=project.pk)


def page(client: Client, project: Project, name: str = "review") -> str:
    answer = client.get(reverse(f"quality:{name}", args=[project.pk]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def send(client: Client, answered: Any, verdict: str, **more: str) -> Any:
    address = reverse("quality:verdict", args=[answered.project_id, answered.assignment_id])
    body = {"annotation": answered.pk, "verdict": verdict, **more}
    return client.post(address, body, follow=True)


# --- the reviewer's page -------------------------------------------------------------------------


def test_without_stages_it_says_so(project: Project) -> None:
    assert "Answers are not reviewed yet" in page(signed_in(reviewer(project)), project)
    lead = MembershipFactory(project=project, role="lead")
    assert "Set up stages" in page(signed_in(lead), project)


def test_one_verdict_brings_the_next_answer_at_once(project: Project) -> None:
    stages(project, StageSpec("review"))
    first, second = given(project, "praise"), given(project, "complaint")
    client = signed_in(reviewer(project))
    assert f'value="{first.pk}"' in page(client, project)

    told = send(client, first, "accept").content.decode()

    assert f'value="{second.pk}"' in told
    assert "Accepted." in told
    send(client, second, "accept")
    assert "Nothing waits for you" in page(client, project)


def test_names_and_earlier_verdicts_are_hidden_where_the_stage_is_blind(
    project: Project,
) -> None:
    Project.objects.filter(pk=project.pk).update(is_blind=False)
    _, expert = two_stages(project)
    author = MembershipFactory(project=project, user=UserFactory(name="Ada Author"))
    judge(given(project, by=author), reviewer(project), "escalate", reason="Is it one?")
    client = signed_in(reviewer(project))

    told = page(client, project)
    assert "Ada Author" not in told
    assert "Is it one?" not in told
    Stage.objects.filter(pk=expert.pk).update(is_blind=False)
    told = page(client, project)
    assert "Ada Author" in told
    assert "Is it one?" in told
    Project.objects.filter(pk=project.pk).update(is_blind=True)
    assert "Ada Author" not in page(client, project)


def test_what_is_returned_must_say_why(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project)
    client = signed_in(reviewer(project))

    answer = send(client, annotation, "return")

    assert answer.status_code == 422
    assert "Say why." in answer.content.decode()
    send(client, annotation, "return", reason="Rule 3.")
    assert (case_of(annotation).state, Review.objects.get().goes_to) == ("returned", "same")


def test_to_another_person(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project)

    send(signed_in(reviewer(project)), annotation, "return_to_other", reason="Rule 3.")

    assert Review.objects.get().goes_to == "other"
    assert case_of(annotation).state == "rejected"


def test_a_correction_is_kept_and_a_wrong_one_is_shown_beside_its_question(
    project: Project,
) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project, "praise")
    client = signed_in(reviewer(project))
    own = {"take.intent": "own", "own.intent": '"none"'}

    answer = send(client, annotation, "correct", **own)
    assert answer.status_code == 422
    assert "form-error d-block" in answer.content.decode()
    assert not Review.objects.exists()

    send(client, annotation, "correct", **{**own, "own.intent": '"complaint"'})
    assert Adjudication.objects.get().answers == {"intent": "complaint"}


@pytest.mark.parametrize(
    "body", [{"verdict": "x"}, {"annotation": "x"}, {"annotation": "9" * 30}, {"verdict": ""}]
)
def test_strange_bodies_change_nothing(project: Project, body: dict[str, str]) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project)

    more = {"verdict": "accept", **body}
    answer = send(signed_in(reviewer(project)), annotation, more.pop("verdict"), **more)

    assert answer.status_code == 422
    assert not Review.objects.exists()


def test_later_comes_after_the_others(project: Project) -> None:
    stages(project, StageSpec("review"))
    first, second = given(project), given(project)
    client = signed_in(reviewer(project))
    page(client, project)

    client.post(reverse("quality:review_later", args=[project.pk, first.assignment_id]))

    assert f'value="{second.pk}"' in page(client, project)
    send(client, second, "accept")
    assert f'value="{first.pk}"' in page(client, project)


def test_what_somebody_else_took_meanwhile_is_told(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation = given(project)
    page(signed_in(reviewer(project)), project)

    answer = send(signed_in(reviewer(project)), annotation, "accept")

    assert "Somebody else has this answer before them." in answer.content.decode()
    assert not Review.objects.exists()


def test_the_page_asks_the_same_number_of_queries_however_much_waits(project: Project) -> None:
    stages(project, StageSpec("review"))
    given(project)
    client = signed_in(reviewer(project))
    page(client, project)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(client, project)
        counts.append(len(asked))
        for _ in range(3):
            given(project)

    assert counts[0] == counts[1] <= 19


# --- the table of stages -------------------------------------------------------------------------

ROW = {"name": "review", "selection": "sample", "share": "0.5", "order": "oldest"}


def rows(*given: dict[str, Any], **more: str) -> dict[str, Any]:
    body: dict[str, Any] = {"rows": str(len(given)), "do": "save", **more}
    for place, row in enumerate(given):
        sent = {"may": ["accept", "return"], **row}
        body |= {f"{place}.{name}".replace(".", "-"): value for name, value in sent.items()}
    return body


@pytest.fixture
def lead(project: Project) -> Client:
    return signed_in(MembershipFactory(project=project, role="lead"))


def test_a_lead_sets_up_stages(project: Project, lead: Client) -> None:
    address = reverse("quality:stages", args=[project.pk])
    expert = {
        "name": "expert",
        "selection": "everything",
        "requires": "skill:law",
        "order": "mixed",
    }

    answer = lead.post(address, rows(ROW, expert), follow=True)

    assert "Saved." in answer.content.decode()
    review, last = Stage.objects.in_use()
    assert (review.config, review.may, review.is_blind) == (
        {"share": 0.5},
        ["accept", "return"],
        False,
    )
    assert (last.requires, last.order, last.position) == (["skill:law"], "mixed", 1)
    changed = rows(
        {**ROW, "id": str(review.pk), "is_removed": "on"}, {**expert, "id": str(last.pk)}
    )
    lead.post(address, changed)
    assert list(Stage.objects.in_use()) == [last]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"share": "2"}, "Give a number from 0 to 1."),
        ({"share": "x"}, "Enter a number."),
        ({"name": ""}, "This field is required."),
        ({"requires": "boss"}, "Not of the form skill:name: boss"),
        ({"may": ["return"]}, "Reviewers must be able to accept."),
        ({"may": ["accept", "escalate"]}, "The last stage has none behind it"),
        ({"selection": "x"}, "Select a valid choice."),
        ({"id": "999999"}, "There is no such stage any more."),
    ],
)
def test_a_wrong_row_is_refused_beside_its_field(
    project: Project, lead: Client, wrong: dict[str, Any], says: str
) -> None:
    answer = lead.post(reverse("quality:stages", args=[project.pk]), rows({**ROW, **wrong}))

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Stage.objects.exists()


def test_while_it_is_edited_it_says_how_many_answers_each_stage_would_take(
    project: Project, lead: Client
) -> None:
    for said in ("praise", "praise", "complaint"):
        given(project, said)
    row = {"selection": "by_label", "question": "intent", "labels": "praise", "order": "oldest"}

    answer = lead.post(
        reverse("quality:stages_preview", args=[project.pk]), rows(row, ROW, do="add")
    )

    told = " ".join(answer.content.decode().split())
    assert "would take <b>2</b> of the newest 3 answers" in told
    assert told.count('<fieldset class="sheet') == 3
    assert not Stage.objects.exists()


def test_a_rule_that_is_chosen_begins_with_its_settings(project: Project, lead: Client) -> None:
    row = {"name": "audit", "selection": "audit", "order": "oldest"}

    answer = lead.post(reverse("quality:stages_preview", args=[project.pk]), rows(row))

    told = answer.content.decode()
    assert 'name="0-share" value="0.02"' in told
    assert 'name="0-agreement" value="1.0"' in told


def test_the_page_of_stages_shows_what_is_kept_and_waits(project: Project, lead: Client) -> None:
    stages(project, StageSpec("first look", may=ALL))
    given(project)

    told = page(lead, project, "stages")

    assert 'value="first look"' in told
    assert "waiting now" in told
