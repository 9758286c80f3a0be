"""Pictures of digits through the import, the hand-out and the jobs: what a model reads of them."""

from __future__ import annotations

import json
import logging
import time
import uuid
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image
from sklearn.datasets import load_digits

from apps.annotations.actions import submit_annotation
from apps.quality.actions import drain
from apps.routing.models import ModelRun, Ranking
from apps.tasks.actions import hand_out
from apps.tasks.actions.uploads import take_files
from apps.tasks.models import Assignment, Task
from tests.exchange.factories import bring
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, user_of
from tests.routing.factories import learn

pytestmark = [pytest.mark.proof, pytest.mark.django_db]
log = logging.getLogger(__name__)
ANSWERS = 600


def test_digits_are_read_from_their_pictures_from_some_hundred_answers_on() -> None:
    read = load_digits()
    project = ProjectFactory(overlap=1, fields=[{"name": "scan", "display": "image"}])
    QuestionFactory(project=project, name="digit", labels=[str(digit) for digit in range(10)])
    person = MembershipFactory(project=project)
    files = []
    for at, points in enumerate(read.images):
        file = BytesIO()
        Image.fromarray((points * 15.9).astype(np.uint8)).save(file, "PNG")
        files.append((f"{at}.png", BytesIO(file.getvalue())))
    assert take_files(project=project, files=files).added == len(read.images)
    rows = "\n".join(json.dumps({"scan": f"{at}.png"}) for at in range(len(read.images)))
    bring(project, rows)

    found: dict[str, Any] = {}
    told: dict[str, Any] = {}
    for answered in range(1, ANSWERS + 1):
        lent = hand_out(annotator=person, project=project, at=timezone.now())
        assert isinstance(lent, Assignment)
        at = int(Task.objects.get(pk=lent.task_id).data["scan"].removesuffix(".png"))
        submit_annotation(
            assignment_id=lent.pk,
            annotator_user=user_of(person),
            key=uuid.uuid4(),
            answers={"digit": str(read.target[at])},
            at=timezone.now(),
        )
        if answered in (100, 300, ANSWERS):
            drain(project.pk)
            start = time.perf_counter()
            told = learn(project, is_ranked=True)
            found = ModelRun.objects.latest("pk").accuracy
            log.info(
                "%s answers, %.1f s: %s; %s", answered, time.perf_counter() - start, found, told
            )

    # By chance one in ten.
    assert found["low"] > 0.8
    assert Ranking.objects.count() == 3
    assert told["suggested"] > 300
