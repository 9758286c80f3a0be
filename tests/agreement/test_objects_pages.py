"""What was marked, as the dashboard, the report and the API say it: dated, in words, quick."""

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
from rest_framework.test import APIClient

from apps.agreement.actions.drain import drain
from apps.agreement.actions.studies import make_due_studies
from apps.agreement.models import Report, Study
from apps.annotations.models import Question
from apps.projects.models import Membership
from apps.tasks.models import Task
from tests.agreement.factories import newest, revise, tell
from tests.agreement.marking import Answer, ask, give, some
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def marked(kind: str, **config: Any) -> Question:
    question = ask(kind, **config)
    question.goal = 0.6
    question.save()
    give(question, some(kind, question.config, tasks=24))
    drain(question.project_id)
    make_due_studies()
    return question


def rest() -> None:
    """The figures of whole answers follow at once; those of objects take their time."""
    Study.objects.update(seconds=3600)
    Report.objects.update(seconds=0)


def client_of(question: Question) -> Client:
    client = Client()
    client.force_login(MembershipFactory(project=question.project, role="lead").user)
    return client


def page_of(question: Question, name: str = "dashboard", **query: Any) -> Any:
    url = reverse(f"agreement:{name}", args=[question.project_id], query=query)
    return client_of(question).get(url)


def words(page: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", page.content.decode())
    return re.sub(r"\s+", " ", text)


def test_of_shapes_what_was_found_and_named_is_the_figure() -> None:
    question = marked("box")

    page = page_of(question)

    one = page.context["one"]
    assert one.figure["measure"] == "instance_alpha"
    assert [other.get("measure") for other in one.others] == [
        "object_f1",
        "matched_likeness",
        "krippendorff_alpha",
        "percent_agreement",
    ]
    assert "Mean IoU of what both found" in words(page)
    assert "from 72 answers" in words(page)
    assert "since" not in words(page)
    assert page.context["trust"] is not None


def test_of_a_text_the_unitizing_alphas_stand_beside_the_distance() -> None:
    question = marked("span")

    page = page_of(question)

    assert page.context["one"].figure["measure"] == "krippendorff_alpha"
    shown = words(page)
    for name in ("Alpha for unitizing", "Gamma", "F1, exact", "Distance of boundaries"):
        assert name in shown, name
    assert "in characters; 0 is best" in shown


def test_figures_say_how_many_answers_they_do_not_know() -> None:
    question = marked("box")
    rest()
    project = question.project
    task = Task.objects.filter(project=project).first()
    assert task is not None
    box = question.behaviour.examples(question.config)[-1]

    revise(newest(task), {"label": box})
    tell(project, task)
    drain(project.pk)

    assert "answers changed since" in words(page_of(question))


def test_new_answers_are_counted_since() -> None:
    question = marked("box")
    rest()
    kind, config = question.behaviour, question.config

    give(question, [("new", who, kind.examples(config)[-1]) for who in ("Dee", "Eli", "Flo")])
    drain(question.project_id)

    assert "3 answers since" in words(page_of(question))


PAGES = ("dashboard", "who", "what", "where", "why", "needed", "report")


@pytest.mark.parametrize("kind", ["box", "span"])
def test_each_page_takes_under_a_dozen_queries(kind: str) -> None:
    question = marked(kind)
    client = client_of(question)
    for name in PAGES:
        url = reverse(f"agreement:{name}", args=[question.project_id])
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url)
        assert page.status_code == 200
        assert len(queries) < 12, (name, [q["sql"][:120] for q in queries])


def test_who_marks_the_same_and_what_is_left_out() -> None:
    question = marked("box")
    body = Study.objects.get(question=question, part="objects").body

    who, what = page_of(question, "who"), page_of(question, "what")

    matrix = who.context["marked"]
    pairs = [pair["value"] for pair in body["pairs"]]
    assert (matrix["low"], matrix["high"]) == (min(pairs), max(pairs))
    assert "F1 of what both found and named alike" in words(who)
    assert "F1 of what two marked" not in words(page_of(ask("choice"), "who"))
    assert what.context["label_matrix"]["names"] == ["Car", "Person", "not marked"]
    assert "of how many things" in words(what)
    assert what.context["found"]["headline"].endswith("most.")


def test_the_report_says_how_objects_were_matched_and_whose_measures_these_are() -> None:
    shown = words(page_of(marked("polygon"), "report"))

    assert "matched one to one where their IoU is .50 or more" in shown
    assert "Tschirschwitz" in shown
    assert "Kirillov" in shown
    assert "of whole answers" in shown


def test_the_numbers_to_save_are_exact() -> None:
    question = marked("box")

    page = page_of(question)

    rows = page.context["objects"]["numbers"]["rows"]
    kept = Study.objects.get(question=question, part="objects").body["measures"][0]
    assert rows[0][1]["raw"] == kept["value"]
    assert f'data-raw="{kept["value"]}"' in page.content.decode()


def test_the_api_tells_them_with_their_date() -> None:
    question = marked("box")
    client = APIClient()
    client.force_authenticate(MembershipFactory(project=question.project, role="viewer").user)
    url = reverse("api:agreement", args=[question.project_id])

    (plain,) = client.get(url).json()["questions"]
    (told,) = client.get(url, {"include": "objects"}).json()["questions"]

    assert "objects" not in plain
    assert plain["headline"] == "instance_alpha"
    assert told["objects"]["is_current"] is True
    found = told["objects"]["found"]
    assert found["measures"][0]["measure"] == "instance_alpha"
    assert found["answers"] == 72
    assert {row["of"] for row in found["labels"]} == {"Car", "Person"}
    assert len(found["pairs"]) == 3


def test_a_slice_has_its_own_figure_of_what_was_found() -> None:
    question = ask("box")
    question.project.slices = [{"name": "kind", "path": "data.text"}]
    question.project.save()
    rows = some("box", question.config, tasks=30)
    give(question, rows, texts={t: "odd" if int(t[5:]) % 2 else "even" for t, *_ in rows})
    drain(question.project_id)
    make_due_studies()
    entry = Study.objects.get(part="objects").body["slices"]["kind"][0]

    page = page_of(question, slice=entry["slice_id"])

    shown = page.context["shown"]
    assert (shown.figure["measure"], shown.value) == ("instance_alpha", entry["value"])
    assert shown.units == 15


def test_a_past_day_shows_what_was_found_then() -> None:
    question = marked("box")

    today, before = (
        page_of(question, as_of=timezone.localdate() - timedelta(days=days)) for days in (0, 3)
    )

    shown = today.context["shown"]
    assert shown.is_led
    assert shown.value == pytest.approx(today.context["one"].value)
    assert [one["measure"] for one in shown.others][:2] == ["object_f1", "matched_likeness"]
    assert before.context["shown"].value is None
    assert before.status_code == 200


def test_shapes_are_compared_by_what_was_found_and_named() -> None:
    question, other = marked("box"), marked("box")
    client = client_of(question)
    person = Membership.objects.get(project=question.project, role="lead").user
    MembershipFactory(project=other.project, user=person, role="viewer")
    address = reverse("agreement:compare", args=[question.project_id])
    day = timezone.localdate() - timedelta(days=1)

    by_project = client.get(address, {"by": "project", "project": f"{other.project_id}"})
    by_day = client.get(address, {"by": "day", "day": f"{day}"})

    found = by_project.context["difference"]
    assert (found.first.measure, found.value) == ("instance_alpha", 0)
    assert found.low < 0 < found.high
    assert by_day.context["difference"].second.measure == "instance_alpha"
    told = client.get(
        reverse("api:agreement_compare", args=[question.project_id]),
        {"question": "label", "project": f"{other.project_id}"},
    ).json()
    assert told["first"]["measure"] == "instance_alpha"
    assert told["value"] == 0


def test_of_answers_that_are_compared_the_likely_causes_are_told() -> None:
    question = ask("span")
    label = question.config["labels"][0]["value"]
    rng = np.random.default_rng(5)
    rows: list[Answer] = []
    for task in range(60):
        here, there = rng.integers(0, 400, 2).tolist()
        for who in range(4):
            # Ann reads every fourth text otherwise; nobody finds the same in every tenth.
            start = there if who == 3 and task % 4 == 0 else here
            start = int(rng.integers(0, 400)) if task % 10 == 1 else start
            span = {"label": label, "parts": [[start, start + 20]]}
            rows.append((f"task {task}", f"person {who}", [span]))
    give(question, rows)
    drain(question.project_id)
    make_due_studies()

    client = client_of(question)
    url = reverse("agreement:why", args=[question.project_id])
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(url)

    assert len(queries) < 12, [q["sql"][:120] for q in queries]
    assert [row["title"] for row in page.context["causes"]] == [
        "A slip",
        "Two readings",
        "An open task",
    ]
    told = sum(row["expected"] for row in page.context["causes"])
    assert told == pytest.approx(page.context["conflicts"])
    assert page.context["people"][0]["without_looking"] == pytest.approx(0.25, abs=0.1)
    assert len(page.context["causes"][2]["tasks"]) == 6
    assert "are taken for one reading of it" in words(page)


def test_ks_and_sigma_stand_beside_alpha_and_in_the_report() -> None:
    question = marked("span")
    body = Study.objects.get(question=question, part="distances").body

    shown, printed = words(page_of(question)), words(page_of(question, "report"))

    for figure in body["measures"]:
        assert figure["label"] in shown
        assert figure["label"] in printed
    assert "Braylan, A., Alonso, O. and Lease, M. (2022)" in printed
