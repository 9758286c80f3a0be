"""Pictures that look nearly the same, and marks on tasks that show the same, in a real project."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

import apps.quality.jobs  # noqa: F401  (a worker has read it)
from apps.core.jobs import run_job
from apps.projects.models import Membership, Project
from apps.quality.actions.answers_read import read_answers
from apps.quality.actions.findings import ask_for_checks
from apps.quality.actions.marked_read import read_marked
from apps.quality.actions.pictures_read import read_pictures
from apps.quality.models import Finding
from apps.tasks.actions.assets import keep_asset
from apps.tasks.models import Asset
from tests.bulk import answered_tasks
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, answered_task

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def project() -> Project:
    fields = [{"name": "shot", "display": "image"}, {"name": "place", "display": "text"}]
    project = ProjectFactory(fields=fields)
    QuestionFactory(project=project, name="intent")
    return project


def scene(seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    few = Image.fromarray(rng.integers(0, 255, (5, 6, 3), np.uint8))
    return few.resize((240, 200), Image.Resampling.BICUBIC)


def saved(image: Image.Image, form: str, **options: Any) -> BytesIO:
    file = BytesIO()
    image.save(file, form, **options)
    file.seek(0)
    return file


def shown(project: Project, person: Membership, name: str, file: BytesIO, said: str) -> int:
    keep_asset(project=project, name=name, file=file)
    data = {"shot": name, "place": "Oslo"}
    task = answered_task(project=project, answers={person: {"intent": said}}, data=data)
    return int(task.pk)


def found(project: Project, kind: str) -> list[Finding]:
    job = ask_for_checks(project=project, by=None)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    return list(Finding.objects.filter(project=project, kind=kind, state="open"))


def test_the_same_picture_smaller_and_with_loss_is_found_and_each_is_looked_at_once(
    project: Project,
) -> None:
    person = MembershipFactory(project=project)
    whole = scene(1)
    one = shown(project, person, "a.png", saved(whole, "PNG"), "praise")
    small = saved(whole.resize((100, 83)), "JPEG", quality=60)
    other = shown(project, person, "b.jpg", small, "complaint")
    shown(project, person, "c.png", saved(scene(2), "PNG"), "question")
    shown(project, person, "d.png", saved(Image.new("RGB", (30, 30), "red"), "PNG"), "question")

    [finding] = found(project, "near_pictures")

    assert finding.tasks == [one, other]
    assert finding.words.startswith("2 tasks show nearly the same picture")
    assert Asset.objects.filter(gist__isnull=False).count() == 4
    Asset.objects.filter(gist__isnull=False).update(gist=b"")
    assert found(project, "near_pictures") == []


def test_other_words_beside_a_picture_make_it_another_task(project: Project) -> None:
    person = MembershipFactory(project=project)
    keep_asset(project=project, name="a.png", file=saved(scene(1), "PNG"))
    for place, said in (("Oslo", "praise"), ("Bergen", "complaint")):
        data = {"shot": "a.png", "place": place}
        answered_task(project=project, answers={person: {"intent": said}}, data=data)

    assert found(project, "near_pictures") == []


def test_pictures_are_read_in_few_queries_and_only_where_some_are_shown(
    project: Project, django_assert_num_queries: Any
) -> None:
    person = MembershipFactory(project=project)
    for seed in range(5):
        shown(project, person, f"{seed}.png", saved(scene(seed), "PNG"), "praise")
    answers, wordy = read_answers(project, is_independent=False), ProjectFactory()
    read_pictures(project, answers)

    with django_assert_num_queries(2):
        pictures, left_out = read_pictures(project, answers)

    assert pictures is not None
    assert (pictures.rows.any(axis=1).sum(), left_out) == (5, [])
    with django_assert_num_queries(0):
        assert read_pictures(wordy, answers) == (None, [])


def test_marks_that_lie_elsewhere_on_the_same_text_are_found_against_what_is_usual() -> None:
    project = ProjectFactory()
    config = {"field": "text", "labels": ["person", "place"]}
    QuestionFactory(project=project, name="names", kind="span", config=config)
    people = [MembershipFactory(project=project) for _ in range(3)]

    def said(start: int) -> dict[Membership, dict[str, Any]]:
        return {
            who: {
                "names": [{"id": "a", "label": "person", "parts": [[start + (i == 2), start + 9]]}]
            }
            for i, who in enumerate(people)
        }

    answered_tasks(project=project, answers=[said(0)] * 120)
    texts = [
        {"data": {"text": f"Text {i // 2}"}, "content_hash": bytes([i // 2] * 32)} for i in range(4)
    ]
    pairs = answered_tasks(
        project=project, answers=[said(0), said(0), said(0), said(40)], more=texts
    )

    [finding] = found(project, "marked_apart")

    assert finding.tasks == [pairs[2].pk, pairs[3].pk]
    assert finding.words == "2 tasks show the same; their nearest answers are 0 % alike."
    assert finding.p is not None
    assert finding.p < 0.05
    (marked,) = read_marked(project, read_answers(project, is_independent=True))
    assert (len(marked.task), marked.usual.size, marked.usual.max()) == (2, 120, 0)
