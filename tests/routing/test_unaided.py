"""What a feed drew by lot is answered without a suggestion, whoever would make one."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from apps.annotations.models import Suggestion
from apps.routing.actions.suggesting import BY_LOT, add_suggestions, put_suggestions
from apps.routing.models import Prediction
from tests.exchange.factories import bring
from tests.paths import ROOT
from tests.routing.feeding import fed_project, row, send, worked
from tests.routing.test_feed_tasks import FRAUD, LOT, ruled

pytestmark = pytest.mark.django_db


def test_no_model_and_no_file_suggests_on_what_the_lot_drew(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    project, _ = fed_project(is_suggestion_shown=True)
    ruled(project, LOT, FRAUD)
    send(project, [row(f"k{n}", answers={"verdict": "fraud"}) for n in range(40)])
    worked(project)
    by_lot = set(Prediction.objects.filter(chosen_by="lot").values_list("task", flat=True))
    others = set(Prediction.objects.filter(chosen_by="label").values_list("task", flat=True))
    # One that was there from a time before the lot was kept free.
    Suggestion.objects.create(task_id=min(by_lot), source="model", answers={"verdict": "fine"})
    proposed = dict.fromkeys(by_lot | others, ({"verdict": "fine"}, 0.9))

    put_suggestions(project=project, proposed=proposed)
    add_suggestions(project=project, proposed=proposed, source="endpoint mine")
    said = [{"source": "file", "answers": {"verdict": "fine"}}]
    rows = [
        {"external_id": f"k{n}", "data": row(f"k{n}")["data"], "suggestions": said}
        for n in range(40)
    ]
    bring(project, "\n".join(map(json.dumps, rows)))

    for source in ("model", "endpoint mine", "file"):
        mine = Suggestion.objects.filter(source=source)
        assert set(mine.values_list("task", flat=True)) == others


def test_whoever_writes_suggestions_asks_whether_the_lot_drew_the_task() -> None:
    """A statement that writes some is named here, and leaves out what was drawn by lot."""
    writes = re.compile(r"INSERT INTO annotations_suggestion|Suggestion\.objects\.\w*create")
    found = {
        str(file.relative_to(ROOT / "apps")): file.read_text()
        for file in (ROOT / "apps").rglob("*.py")
        if "migrations" not in file.parts and writes.search(file.read_text())
    }

    assert set(found) == {
        "routing/actions/suggesting.py",
        # By its own rule: `ChosenBy.LOT` gets none.
        "routing/actions/feed_tasks.py",
        "exchange/actions/publish.py",
    }
    assert "ChosenBy.LOT" in found["routing/actions/feed_tasks.py"]
    assert "{BY_LOT}" in found["exchange/actions/publish.py"]
    assert "p.chosen_by = 'lot'" in BY_LOT
