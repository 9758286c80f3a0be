"""A stage is added later: what was accepted before is looked at, and sent there if so asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.projects.models import Project
from apps.quality.actions.sending_on import SEND
from apps.quality.actions.stages import StageSpec, preview, set_stages
from apps.quality.models import Stage
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, user_of
from tests.quality.reviews import case_of, given, judge, reviewer, revise, stages

pytestmark = pytest.mark.django_db
PRAISE = {"question": "intent", "labels": "praise"}


@pytest.fixture
def project() -> Project:
    made = ProjectFactory(overlap=1)
    QuestionFactory(project=made, name="intent")
    return Project.objects.get(pk=made.pk)


def with_second(project: Project, **second: Any) -> list[StageSpec]:
    first = Stage.objects.get(project=project, retired_at=None)
    return [StageSpec("review", id=first.pk), StageSpec("audit", **second)]


def accepted(project: Project, said: str = "praise") -> Any:
    annotation = given(project, said)
    judge(annotation, reviewer(project), "accept")
    return annotation


def send(project: Project, specs: list[StageSpec], *, sends_accepted: bool) -> None:
    set_stages(project=project, specs=specs, at=timezone.now(), sends_accepted=sends_accepted)
    # A worker has read them at its start.
    autodiscover_modules("jobs")
    for job in JobRun.objects.filter(kind=SEND):
        run_job(job.pk)


def test_the_look_counts_what_the_new_stage_would_take_and_keeps_nothing(project: Project) -> None:
    stages(project, StageSpec("review"))
    for said in ("praise", "praise", "complaint"):
        accepted(project, said)
    given(project)
    specs = with_second(project, selection="by_label", config=PRAISE)

    _, _, sent_on = preview(project=project, specs=specs)

    assert (sent_on.counts, sent_on.looked_at, sent_on.total) == ({1: 2}, 3, 2)
    assert Stage.objects.count() == 1


def test_what_was_accepted_is_sent_only_when_asked_for(project: Project) -> None:
    stages(project, StageSpec("review"))
    praise, other = accepted(project), accepted(project, "complaint")
    specs = with_second(project, selection="by_label", config=PRAISE)

    send(project, specs, sends_accepted=False)
    assert case_of(praise).state == "accepted"

    Stage.objects.filter(name="audit").update(retired_at=timezone.now())
    send(project, specs, sends_accepted=True)

    sent = case_of(praise)
    assert (sent.state, sent.stage.name) == ("waiting", "audit")
    assert case_of(other).state == "accepted"
    judge(praise, reviewer(project), "accept")
    job = JobRun.objects.get(kind=SEND)
    assert job.result == {"sent": 1}
    JobRun.objects.filter(pk=job.pk).update(state="queued", attempts=0, ended_at=None)
    run_job(job.pk)
    assert JobRun.objects.get(pk=job.pk).result == {"sent": 0}
    assert case_of(praise).state == "accepted"


def test_a_stage_before_the_one_that_accepted_takes_nothing_back(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation = accepted(project)
    first = Stage.objects.get()
    specs = [StageSpec("earlier"), StageSpec("review", id=first.pk)]

    assert preview(project=project, specs=specs)[2].total == 0
    send(project, specs, sends_accepted=True)

    assert case_of(annotation).state == "accepted"


def test_what_was_accepted_at_a_stage_that_is_gone_is_sent_too(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation = accepted(project)

    assert preview(project=project, specs=[StageSpec("new")])[2].total == 1
    send(project, [StageSpec("new")], sends_accepted=True)

    assert case_of(annotation).stage.name == "new"


def test_an_answer_that_was_changed_since_is_not_counted_as_accepted(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation = accepted(project)
    revise(annotation, "complaint")

    assert preview(project=project, specs=with_second(project))[2].total == 0


def test_who_accepted_it_does_not_get_it_again(project: Project) -> None:
    stages(project, StageSpec("review"))
    annotation, ada = given(project), reviewer(project)
    judge(annotation, ada, "accept")
    send(project, with_second(project), sends_accepted=True)

    client = Client()
    client.force_login(user_of(ada))
    page = client.get(f"/p/{project.pk}/review/").content.decode()
    assert "Nothing waits for you" in page


def test_the_page_asks_and_sends(project: Project) -> None:
    stages(project, StageSpec("review"))
    accepted(project)
    first = Stage.objects.get()
    client = Client()
    client.force_login(user_of(MembershipFactory(project=project, role="lead")))
    rows = {
        "rows": "2",
        "0-id": str(first.pk),
        "0-name": "review",
        "1-name": "audit",
        **{
            f"{place}-{name}": value
            for place in "01"
            for name, value in {
                "selection": "everything",
                "may": "accept",
                "order": "oldest",
            }.items()
        },
    }

    looked = client.post(f"/p/{project.pk}/stages/preview/", rows).content.decode()
    assert "1 of the newest 1 accepted answer would wait again" in " ".join(looked.split())
    # Beside the stage that is new.
    assert "accepted before" in looked.partition('id="stage-1"')[2].partition("</legend>")[2]
    assert "<b>1</b> accepted before" not in looked.partition('id="stage-1"')[0]
    sent = client.post(f"/p/{project.pk}/stages/", {**rows, "do": "save", "sends_accepted": "on"})

    assert sent.status_code == 302, sent.content.decode()
    assert JobRun.objects.filter(kind=SEND).count() == 1
