"""What a project's own model proposes, in the hands of annotators; and the files that it is asked about."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from apps.annotations.actions.suggestions import is_unaided
from apps.annotations.models import Annotation, Suggestion
from apps.projects.models import Project
from apps.routing.actions.asking import items_of
from apps.routing.actions.endpoints import BadEndpoint, change_endpoint
from apps.routing.models import Endpoint, Plan
from apps.tasks.actions.addresses import model_address
from apps.tasks.actions.assets import keep_asset
from tests.api.team import Api
from tests.factories import ProjectFactory, QuestionFactory, TaskFactory, user_of
from tests.routing.endpoints import Backend, asked, endpoint_at, lead_of
from tests.routing.factories import messages
from tests.tasks.pictures import picture

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def model(process: Backend, settings: Any, tmp_path: Any) -> Backend:
    settings.MODELS_FROM = [process.url]
    settings.MEDIA_ROOT = tmp_path / "media"
    process.tell("")
    return process


def test_its_suggestions_are_shown_but_for_the_hidden_share_and_are_not_counted_as_independent(
    model: Backend,
) -> None:
    question, person, _ = messages(
        answered=60, waiting=40, is_suggestion_shown=True, suggestion_hidden_share=0.3
    )
    project = question.project
    Plan.objects.create(project=project, exploration=0, bar=0)
    endpoint = endpoint_at(model.url, project, is_taught=True)
    assert asked(endpoint, "teach").state == "done"
    assert asked(endpoint, "suggest").result["suggested"] == 40

    api, shown, hidden = Api(user_of(person)), 0, 0
    for number in range(40):
        lent = api.post(f"projects/{project.pk}/next/").json()
        task = lent["task"]["id"]
        found = [one for one in lent["suggestions"] if one["source"] == "endpoint Ours"]
        assert bool(found) != is_unaided(task, 0.3)
        body: dict[str, Any] = {"id": f"00000000-0000-4000-8000-{number:012}"}
        body |= {"answers": found[0]["answers"] if found else {"intent": "praise"}}
        if found:
            body["suggestions"] = {"intent": "endpoint Ours"}
        answer = api.post(f"assignments/{lent['id']}/submit/", body)
        assert answer.status_code == 200, answer.content
        kept = Annotation.objects.get(task=task)
        assert kept.is_independent == (not found)
        shown, hidden = shown + bool(found), hidden + (not found)
        if found:
            assert kept.suggestions == {"intent": {"source": "endpoint Ours", "use": "accepted"}}
    assert shown > 10
    assert hidden > 2


@pytest.fixture
def pictures(model: Backend) -> Endpoint:
    project: Project = ProjectFactory(fields=[{"name": "photo", "display": "image"}])
    QuestionFactory(
        project=project,
        name="cars",
        kind="box",
        config={"labels": ["Car", "Van"], "field": "photo"},
    )
    for name, colour in (("one.png", "#336699"), ("two.png", "#993333")):
        keep_asset(project=project, name=name, file=picture(200, 100, colour=colour))
        TaskFactory(project=project, data={"photo": name})
    Plan.objects.create(project=project, exploration=0)
    return endpoint_at(model.url, project, user="concord", password="geheim")


def fetched(url: str) -> int:
    answer = Client().get(urlsplit(url).path)
    if answer.streaming:
        answer.getvalue()
    return answer.status_code


def test_it_gets_addresses_of_pictures_that_it_can_fetch(
    model: Backend, pictures: Endpoint
) -> None:
    place = {"x": 10, "y": 20, "width": 50, "height": 40, "rotation": 0}
    result = {
        "from_name": "cars",
        "to_name": "photo",
        "type": "rectanglelabels",
        "value": place | {"rectanglelabels": ["Car"]},
        "score": 0.9,
    }
    model.tell(json.dumps({"results": [{"result": [result]}] * 2}))

    job = asked(pictures, "suggest")

    assert job.state == "done", job.error
    boxes = [one.answers["cars"] for one in Suggestion.objects.all()]
    assert [(b["x"], b["y"], b["width"], b["height"]) for box in boxes for b in box] == [
        (20, 20, 100, 40)
    ] * 2
    urls = [task["data"]["photo"] for task in model.heard["tasks"]]
    assert len(set(urls)) == 2
    for url in urls:
        assert url.startswith("http://localhost:8000/for-model/")
        assert fetched(url) == 200
    # The password went along, and only in its header.
    assert model.signed_in == "Basic Y29uY29yZDpnZWhlaW0="
    assert "geheim" not in json.dumps(model.heard)
    assert model.heard["params"]["password"] is None


def test_an_address_works_for_an_hour_and_while_the_model_is_asked(pictures: Endpoint) -> None:
    item = items_of(pictures, [pictures.project.tasks.first().pk])[0]
    url, by = item.data["photo"], user_of(lead_of(pictures.project))
    assert fetched(url) == 200

    with time_machine.travel(timezone.now() + timedelta(minutes=59), tick=False):
        assert fetched(url) == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        assert fetched(url) == 404
    change_endpoint(endpoint=pictures, by=by, is_paused=True)
    assert fetched(url) == 404
    change_endpoint(endpoint=pictures, by=by, is_paused=False)
    Project.objects.update(deleted_at=timezone.now())
    assert fetched(url) == 404


def test_it_opens_no_other_projects_files(model: Backend, pictures: Endpoint) -> None:
    other = keep_asset(project=ProjectFactory(), name="a.png", file=picture()).asset
    mine = pictures.project.assets.first()

    assert fetched(model_address(other.pk, pictures.pk)) == 404
    assert fetched(model_address(mine.pk, pictures.pk)) == 200
    signed = model_address(mine.pk, pictures.pk)
    assert fetched(signed.replace(f"/{mine.pk}.", f"/{other.pk}.")) == 404
    assert fetched(signed.replace("for-model", "lent")) == 404


def test_where_tasks_show_files_our_address_must_be_known(pictures: Endpoint) -> None:
    with pytest.raises(BadEndpoint, match="The tasks show files") as found:
        endpoint_at(pictures.url, pictures.project, name="Other", our_address="")

    assert set(found.value.errors) == {"our_address"}


@pytest.mark.proof
def test_files_cost_no_query_each(pictures: Endpoint, django_assert_num_queries: Any) -> None:
    project = pictures.project
    for number in range(8):
        keep_asset(project=project, name=f"{number}.png", file=picture())
        TaskFactory(project=project, data={"photo": f"{number}.png"})
    tasks = list(project.tasks.values_list("pk", flat=True))

    with django_assert_num_queries(3):
        found = items_of(pictures, tasks)

    assert len(found) == 10
    assert found[0].seen.fields["photo"]["width"] == 200


def test_what_was_erased_is_not_sent(pictures: Endpoint) -> None:
    erased = pictures.project.tasks.first()
    type(erased).objects.filter(pk=erased.pk).update(erased_at=timezone.now())

    assert erased.pk not in [one.id for one in items_of(pictures, [erased.pk])]
