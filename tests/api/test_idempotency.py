"""A write that is sent twice happens once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.api.models import KeptAnswer
from apps.projects.models import Project
from tests.api.team import Team, make_team

NEW = {
    "name": "Messages",
    "questions": [
        {"name": "tone", "kind": "choice", "title": "Tone?", "config": {"labels": ["up", "down"]}}
    ],
}
KEY = {"Idempotency-Key": "order 7"}


@pytest.mark.django_db
def test_the_same_call_gives_the_first_answer_again(team: Team) -> None:
    first = team.lead.post("projects/", NEW, headers=KEY)
    again = team.lead.post("projects/", NEW, headers=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Location"] == first["Location"]
    assert again["Idempotency-Replayed"] == "true"
    assert Project.objects.filter(name="Messages").count() == 1


@pytest.mark.django_db
def test_another_call_under_the_same_key_is_refused(team: Team) -> None:
    team.lead.post("projects/", NEW, headers=KEY)

    refused = team.lead.post("projects/", {**NEW, "name": "Others"}, headers=KEY)

    assert (refused.status_code, refused.json()["code"]) == (409, "key_reused")
    assert not Project.objects.filter(name="Others").exists()


@pytest.mark.django_db
def test_keys_are_each_persons_own_and_a_refusal_leaves_the_key_free(team: Team) -> None:
    team.lead.post("projects/", NEW, headers=KEY)
    assert team.viewer.post("projects/", NEW, headers=KEY).status_code == 201
    other = {"Idempotency-Key": "order 8"}
    assert team.lead.post("projects/", {**NEW, "questions": []}, headers=other).status_code == 422

    taken = team.lead.post("projects/", NEW, headers=other)

    assert (taken.status_code, "Idempotency-Replayed" in taken) == (201, False)


@pytest.mark.django_db
def test_after_a_day_a_key_is_forgotten(team: Team) -> None:
    team.lead.post("projects/", NEW, headers=KEY)
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))

    team.lead.post("projects/", NEW, headers=KEY)

    assert Project.objects.filter(name="Messages").count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_does_it_and_both_are_told() -> None:
    team = make_team()
    api, start = team.lead, threading.Barrier(4)
    answers: list[Any] = []

    def send() -> None:
        start.wait()
        answers.append(api.post("projects/", NEW, headers=KEY))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Project.objects.filter(name="Messages").count() == 1
