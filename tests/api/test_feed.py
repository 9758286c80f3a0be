"""The feed of predictions and outcomes by the API, from the first call to the figures."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.models import JobRun
from apps.routing.models import FeedLook, Prediction
from apps.tasks.models import Task
from tests.api.team import Team
from tests.routing.feeding import before, simulated, worked

pytestmark = pytest.mark.django_db


def sent(key: str, **more: Any) -> dict[str, Any]:
    answers = {"intent": "praise"}
    return {"key": key, "model": "v1", "answers": answers, "data": {"text": f"Hello {key}"}} | more


def outcome(key: str, value: str = "praise", **more: Any) -> dict[str, Any]:
    return {"key": key, "question": "intent", "value": value} | more


def send(team: Team, *rows: dict[str, Any], **options: Any) -> Any:
    return team.lead.post(team.path("predictions/"), {"predictions": list(rows)}, **options)


def test_predictions_outcomes_rules_tasks_and_figures(team: Team) -> None:
    rules = [{"kind": "lot", "share": 1, "daily": 2}]
    changed = team.lead(
        "patch", team.path("feed/"), {"maturity_days": 7, "retention_days": 90, "rules": rules}
    )
    assert changed.status_code == 200, changed.json()
    assert changed.json() == team.lead.get(team.path("feed/")).json()
    assert changed.json()["rules"][0]["share"] == 1

    came = send(team, *(sent(f"k{n}", at=before(20), probability=0.9) for n in range(3)))
    assert (came.status_code, came.json()) == (201, {"received": 3, "new": 3})
    late = {"outcomes": [outcome("k0"), outcome("k1", "complaint"), outcome("later")]}
    told = team.lead.post(team.path("outcomes/"), late)
    assert (told.status_code, told.json()) == (201, {"received": 3, "new": 3, "waiting": 1})

    asked = team.lead.post(team.path("in-use/"))
    assert (asked.status_code, asked.json()["kind"]) == (202, "routing.feed")
    JobRun.objects.all().delete()
    tasks = Task.objects.filter(external_id__startswith="k")
    assert worked(team.project)["tasks"] == tasks.count() == 2

    shown = team.lead.get(team.path("in-use/")).json()
    assert shown["models"] == [["intent", "v1", 3]]
    report = shown["report"]
    assert (report["predictions"], report["mature"], report["known"]) == (3, 3, 2)
    judged = {one["source"]: one for one in report["judged"]}
    assert judged["outcome"]["accuracy"]["value"] == 0.5
    assert judged["outcome"]["weeks"][0]["accuracy"]["n"] == 2
    assert judged["lot"]["of"] == 2
    taken = team.lead.get(team.path("predictions/?key=k0")).json()["results"]
    assert [one["key"] for one in taken] == ["k0"]
    history = team.lead.get(team.path("outcomes/?key=k1")).json()["results"]
    assert [one["value"] for one in history] == ["complaint"]


def test_a_fault_names_its_row(team: Team) -> None:
    answer = send(team, sent("a"), sent("b", answers={"intent": "other"}))

    assert (answer.status_code, answer.json()["code"]) == (422, "bad_feed")
    assert answer.json()["errors"][0]["field"] == "predictions.1.answers.intent"
    assert not Prediction.objects.exists()


def test_another_body_for_a_key_names_its_row(team: Team) -> None:
    send(team, sent("a"))

    again = send(team, sent("a"))
    other = send(team, sent("new"), sent("a", model="v2"))

    assert again.json() == {"received": 1, "new": 0}
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert other.json()["errors"][0]["field"] == "predictions.1"
    assert Prediction.objects.count() == 1


def test_the_same_call_with_a_key_of_its_own_gives_the_first_answer(team: Team) -> None:
    first = send(team, sent("a"), headers={"Idempotency-Key": "x"})
    second = send(team, sent("a"), headers={"Idempotency-Key": "x"})

    assert first.json() == second.json() == {"received": 1, "new": 1}


@pytest.mark.parametrize("body", [{}, {"predictions": "x"}, {"predictions": [], "more": 1}, []])
def test_a_body_of_another_form_is_refused(team: Team, body: Any) -> None:
    assert team.lead.post(team.path("predictions/"), body).status_code == 400


@pytest.mark.parametrize(
    ("rules", "status", "field"),
    [
        ([{"kind": "lot"}], 422, "rules.0.share"),
        ([{"kind": "other"}], 400, "rules.0.kind"),
        ([{"kind": "label", "question": "intent", "label": "x"}], 422, "rules.0.label"),
    ],
)
def test_a_rule_that_cannot_be_names_its_place(
    team: Team, rules: list[dict[str, Any]], status: int, field: str
) -> None:
    for answer in (
        team.lead("patch", team.path("feed/"), {"rules": rules}),
        team.lead.post(team.path("feed/trial/"), {"rules": rules}),
    ):
        assert answer.status_code == status
        assert answer.json()["errors"][0]["field"] == field


def test_a_trial_keeps_nothing(team: Team) -> None:
    send(team, *(sent(f"k{n}") for n in range(4)))

    tried = team.lead.post(
        team.path("feed/trial/"),
        {"rules": [{"kind": "label", "question": "intent", "label": "praise", "daily": 3}]},
    )

    assert tried.json() == {"looked_at": 4, "rules": [{"matches": 4, "taken": 3}]}
    assert team.lead.get(team.path("feed/")).json()["rules"] == []


def test_before_anything_came_there_is_no_report(team: Team) -> None:
    assert team.lead.get(team.path("in-use/")).json() == {"report": None, "models": []}


def test_looks_are_listed_and_help_is_asked_for(team: Team) -> None:
    rows, _ = simulated(220, seed=1, days=(80, 40))
    said = [row | {"answers": {"intent": "praise"}} for row in rows]
    for start in (0, 200):
        assert send(team, *said[start : start + 200]).status_code == 201
    outcomes = [outcome(row["key"], at=row["at"]) for row in said]
    team.lead.post(team.path("outcomes/"), {"outcomes": outcomes})
    worked(team.project)

    (look,) = team.lead.get(team.path("in-use/looks/")).json()["results"]
    assert (look["right"], look["number"], look["is_alarm"]) == (220, 220, False)
    made = team.lead.post(team.path(f"in-use/looks/{look['id']}/relabel/"), {"count": 9})
    assert (made.status_code, made.json()) == (201, {"tasks": 9})
    Prediction.objects.filter(task__isnull=True).update(data=None)
    none = team.lead.post(team.path(f"in-use/looks/{look['id']}/relabel/"), {"count": 9})
    assert (none.status_code, none.json()["code"]) == (422, "nothing_to_relabel")
    assert FeedLook.objects.count() == 1


def test_lists_ask_the_database_as_often_however_long_they_are(team: Team) -> None:
    numbers = []
    for size in (2, 60):
        send(team, *(sent(f"{size}-{n}") for n in range(size)))
        outcomes = [outcome(f"{size}-{n}") for n in range(size)]
        team.lead.post(team.path("outcomes/"), {"outcomes": outcomes})
        with CaptureQueriesContext(connection) as seen:
            team.lead.get(team.path("predictions/"))
            team.lead.get(team.path("outcomes/"))
        numbers.append(len(seen))

    assert numbers[0] == numbers[1]
