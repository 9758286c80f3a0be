"""Rules between questions by the API."""

from __future__ import annotations

import pytest

from apps.quality.models import ProjectRule
from tests.api.team import Team
from tests.factories import MembershipFactory, answered_task

pytestmark = pytest.mark.django_db
RULE = {"text": "intent is not praise", "words": "Nobody praises."}


def test_a_program_tries_sets_and_reads_rules(team: Team) -> None:
    person = MembershipFactory(project=team.project)
    task = answered_task(project=team.project, answers={person: {"intent": "praise"}})

    tried = team.lead.post(team.path("rules/trial/"), {"rules": [RULE]})
    assert tried.json() == {
        "looked_at": 1,
        "rules": [{"contradict": 1, "unknown": 0, "tasks": [task.pk]}],
    }
    assert not ProjectRule.objects.exists()
    [kept] = team.lead("put", team.path("rules/"), {"rules": [RULE]}).json()["rules"]
    assert {name: kept[name] for name in RULE} == RULE
    assert team.lead.get(team.path("rules/")).json()["rules"] == [kept]
    assert team.reviewer.get(team.path("rules/")).status_code == 403


def test_a_rule_that_cannot_be_read_is_refused_with_its_place(team: Team) -> None:
    for method, path in (("put", "rules/"), ("post", "rules/trial/")):
        answer = team.lead(method, team.path(path), {"rules": [RULE, {"text": "intent is x"}]})

        assert answer.status_code == 422
        assert answer.json()["code"] == "bad_rules"
        [fault] = answer.json()["errors"]
        assert fault["field"] == "1.text"
        assert "'x' is no answer to 'intent'" in fault["message"]
    assert not ProjectRule.objects.exists()
