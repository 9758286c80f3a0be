"""The examples of docs/api.md, run as they stand by a shell against a live site with a worker."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.actions import create_token
from apps.annotations.models import Annotation
from apps.tasks.models import Task
from tests.factories import UserFactory
from tests.paths import ROOT

pytestmark = pytest.mark.slow

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.django_db(transaction=True)
def test_the_examples_run(live: str, celery_worker_process: Any) -> None:
    first, *blocks = BLOCK.findall((ROOT / "docs" / "api.md").read_text())
    assert first.startswith("export TOKEN")
    assert len(blocks) >= 7
    _, secret = create_token(user=UserFactory(), name="docs", at=timezone.now())

    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(blocks)],
        env={**os.environ, "TOKEN": secret, "HOST": live},
        check=False,
        capture_output=True,
        text=True,
        timeout=90,
    )

    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    assert Task.objects.count() == 3
    assert Annotation.objects.get().answers == {"intent": "question"}
