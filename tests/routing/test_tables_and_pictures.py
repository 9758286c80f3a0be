"""Tables are learned by trees where these are better, and pictures by what they look like."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from apps.annotations.models import Question
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.routing.actions.features import keep_features
from apps.routing.actions.pictures import PictureShelf, shelf_of, tidy_pictures
from apps.routing.learners import pictures
from apps.routing.models import ModelRun, Rank
from apps.tasks.actions.assets import keep_asset
from apps.tasks.models import Asset, AssetName
from tests.factories import ProjectFactory, QuestionFactory, TaskFactory
from tests.routing.factories import known, learn

pytestmark = pytest.mark.django_db


def payments(*, is_bent: bool, kind: str = "choice") -> Question:
    """Amounts, countries and ages. What is wrong hangs on two of them together, or on one alone."""
    rng = np.random.default_rng(8)
    fields = [{"name": name, "display": "json"} for name in ("amount", "country", "age")]
    config = {"labels": ["right", "wrong"]} if kind == "choice" else {"config": {"step": None}}
    question: Question = QuestionFactory(
        project=ProjectFactory(overlap=1, fields=fields), name="verdict", kind=kind, **config
    )
    rows: list[tuple[dict[str, Any], Any]] = []
    for _ in range(500):
        amount, is_home = float(rng.uniform(0, 1_000)), bool(rng.random() < 0.5)
        is_wrong = (amount > 500) != is_home if is_bent else amount > 500
        data: dict[str, Any] = {"amount": round(amount, 2), "country": "no" if is_home else "se"}
        if rng.random() < 0.8:
            data["age"] = int(rng.integers(18, 90))
        if kind == "choice":
            rows.append((data, "wrong" if is_wrong else "right"))
        else:
            rows.append((data, 40.0 + 30 * is_wrong + float(rng.normal())))
    known(question, rows)
    TaskFactory(project=question.project, data={"amount": 3.0, "country": "no"})
    return question


def test_columns_that_act_together_are_learned_by_trees() -> None:
    question = payments(is_bent=True)

    learn(question.project, is_ranked=True)

    run = ModelRun.objects.get()
    assert run.learner == "boosted trees"
    compared = run.parameters["compared"]
    assert compared["boosted trees"] < compared["linear"] / 2
    assert run.accuracy["low"] > 0.7
    assert run.figures["calibration_error"] < 0.2
    # A small amount from the land where only large ones are right.
    assert Rank.objects.get().thought[0][0] == "wrong"


def test_a_number_of_a_table_is_learned_by_trees_with_limits() -> None:
    question = payments(is_bent=True, kind="number")

    learn(question.project, is_ranked=False)

    run = ModelRun.objects.get()
    assert run.learner == "boosted trees, a number"
    assert run.parameters["compared"]["boosted trees"] < run.parameters["compared"]["linear"] / 2
    assert run.figures["saved"]["low"] > 5
    assert run.figures["covered"]["high"] > 0.9


def test_what_a_line_says_as_well_stays_with_the_line() -> None:
    """Texts have no columns, whatever words they are made of."""
    question = payments(is_bent=False)
    project = question.project
    project.fields = [{"name": "text", "display": "text"}]
    project.save(update_fields=["fields"])

    features = keep_features(project, Progress(JobRun()))

    assert not features.columns.is_table


# --- pictures --------------------------------------------------------------------------------------


def png(points: np.ndarray) -> BytesIO:
    file = BytesIO()
    Image.fromarray(points.astype(np.uint8)).save(file, "PNG")
    file.seek(0)
    return file


def digits(many: int) -> Question:
    """Scans of digits as files, each under a name of its own."""
    read = load_digits()
    project = ProjectFactory(overlap=1, fields=[{"name": "scan", "display": "image"}])
    question: Question = QuestionFactory(
        project=project, name="digit", labels=[str(digit) for digit in range(10)]
    )
    for at in range(many):
        keep_asset(project=project, name=f"{at}.png", file=png(read.images[at] * 15.9))
    known(question, [({"scan": f"{at}.png"}, str(read.target[at])) for at in range(many)])
    return question


@pytest.mark.proof
def test_digits_are_learned_from_their_pictures_and_each_is_looked_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question = digits(280)
    project = question.project

    learn(project, is_ranked=False)

    run = ModelRun.objects.get()
    # By chance one in ten.
    assert run.accuracy["low"] > 0.5
    looked: list[bytes] = []
    monkeypatch.setattr("apps.routing.actions.pictures.describe", looked.append)
    # All of the features anew, of the same pictures.
    project.fields = [*project.fields, {"name": "note", "display": "text"}]
    project.save(update_fields=["fields"])
    features = keep_features(project, Progress(JobRun()))
    assert features.segments[0].picture.any(axis=1).all()
    assert looked == []


def test_a_content_that_the_project_has_no_more_goes() -> None:
    project = ProjectFactory(fields=[{"name": "scan", "display": "image"}])
    for name, shade in (("a.png", 10), ("b.png", 200)):
        keep_asset(project=project, name=name, file=png(np.full((9, 9), shade)))
    shown = PictureShelf(project).rows([{"scan": "a.png"}, {"scan": "b.png"}, {"scan": "none.png"}])
    assert shown.any(axis=1).tolist() == [True, True, False]
    gone = AssetName.objects.get(name="a.png").asset
    Asset.objects.filter(pk=gone.pk).delete()

    tidy_pictures(project)

    (file,) = shelf_of(project.pk).glob("*.npy")
    (row,) = np.load(file)
    assert bytes(row["sha256"]).hex() == AssetName.objects.get(name="b.png").asset.sha256


def test_a_picture_is_numbers_whatever_its_form() -> None:
    rng = np.random.default_rng(0)
    points = rng.integers(0, 255, (90, 120, 3)).astype(np.uint8)
    plain = pictures.describe(png(points).getvalue())
    clear = Image.fromarray(points).convert("RGBA")
    clear.putalpha(0)
    file = BytesIO()
    clear.save(file, "PNG")

    seen = pictures.describe(file.getvalue())

    assert plain is not None
    assert plain.shape == (pictures.WIDTH,)
    # What cannot be seen is white.
    white = pictures.describe(png(np.full((90, 120, 3), 255)).getvalue())
    np.testing.assert_array_equal(seen, white)
    assert pictures.describe(png(points).getvalue()[:200]) is None
    assert pictures.describe(b"no picture") is None
