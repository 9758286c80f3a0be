"""Models from folders, by the real runtime: what they say is learned from, beside words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.checks import run_checks

from apps.annotations.models import Question
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.routing.actions import embedding
from apps.routing.actions.embedding import with_embeddings
from apps.routing.actions.features import keep_features
from apps.routing.actions.shelves import Shelf, shelves_of
from apps.routing.learners.embeddings import TextModel
from apps.routing.models import ModelRun, Rank
from apps.tasks.actions.assets import keep_asset
from tests.factories import ProjectFactory, QuestionFactory, TaskFactory
from tests.routing.factories import known, learn
from tests.routing.small_models import WIDTH, write_picture_model, write_text_model
from tests.routing.test_tables_and_pictures import png

pytestmark = pytest.mark.django_db
TOPICS = ("sun", "sea", "ice")


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    found = write_text_model(tmp_path / "small-words", _words())
    settings.EMBEDDINGS = {"text": found}
    return found


def _words() -> dict[str, list[str]]:
    """Drawn by lot, so that their letters tell nothing of their topic."""
    rng = np.random.default_rng(1)
    letters = rng.choice(list("abcdefghijklmnopqrstuvwxyz"), (1_500, 7))
    drawn = ["".join(word) for word in letters]
    return {topic: drawn[at::3] for at, topic in enumerate(TOPICS)}


def lessons(number: int = 260, waiting: int = 30) -> Question:
    """No word of a text occurs in another one."""
    question: Question = QuestionFactory(
        project=ProjectFactory(overlap=1), name="topic", labels=list(TOPICS)
    )
    words = {topic: iter(each) for topic, each in _words().items()}
    rows = [
        ({"text": " ".join(next(words[topic]) for _ in range(4))}, topic)
        for topic in (list(TOPICS) * number)[:number]
    ]
    known(question, rows)
    for _ in range(waiting):
        TaskFactory(
            project=question.project, data={"text": " ".join(next(words["sea"]) for _ in range(4))}
        )
    return question


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many texts a model was given, by call."""
    calls: list[int] = []
    said = TextModel.__call__

    def heard(self: TextModel, texts: Any, *more: Any) -> Any:
        calls.append(len(texts))
        return said(self, texts, *more)

    monkeypatch.setattr(TextModel, "__call__", heard)
    return calls


def test_words_that_were_never_met_are_understood_and_each_text_is_read_once(
    folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, calls = lessons(), counted(monkeypatch)

    told = learn(question.project, is_ranked=True)
    again = learn(question.project, is_ranked=False)
    settings.EMBEDDINGS = {}
    learn(question.project, is_ranked=False)

    with_it, _, without = ModelRun.objects.order_by("pk")
    assert "embeddings" not in told | again
    assert calls == [290]
    # By chance one in three; the intervals are apart.
    assert with_it.accuracy["low"] > 0.8 > 0.7 > without.accuracy["high"]
    assert Rank.objects.first().thought[0][0] == "sea"
    assert with_it.learner == "linear, with embeddings"
    assert (without.learner, "embeddings" in without.parameters) == ("linear", False)
    (named,) = with_it.parameters["embeddings"]
    assert (named["kind"], named["name"]) == ("text", "small-words")
    assert with_it.learned_from.endswith(
        f"sentence embeddings (small-words, {named['sha256'][:8]})"
    )
    # What is set up no more is kept no more.
    assert list(shelves_of(question.project_id).glob("*-*")) == []


def features_of(project: Any, **more: Any) -> tuple[Any, list[str]]:
    progress = Progress(JobRun())
    return with_embeddings(
        project, keep_features(project, progress), seed=3, progress=progress, **more
    )


def test_other_weights_make_all_anew_and_erased_contents_go(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, calls = ProjectFactory(), counted(monkeypatch)
    tasks = [TaskFactory(project=project, data={"text": text}) for text in ("a b", "c", "a b", " ")]
    kept, _ = features_of(project)
    before = kept.rows(kept.tasks)[:, -WIDTH:].toarray()

    write_text_model(folder, _words(), seed=9)
    tasks[1].delete()
    anew, _ = features_of(project)

    # Of two tasks that say the same one is read, and of an empty one nothing is said.
    assert calls == [3, 2]
    after = anew.rows(anew.tasks)[:, -WIDTH:].toarray()
    assert np.allclose(np.linalg.norm(before, axis=1), [1, 1, 1, 0], atol=1e-3)
    assert not np.allclose(before[0], after[0], atol=0.1)
    (place,) = shelves_of(project.pk).iterdir()
    assert len(np.concatenate([np.load(one) for one in place.glob("*/keys.npy")])) == 2
    assert np.load(next(place.glob("*/rows.npy"))).dtype == np.float16
    tasks[3].delete()
    features_of(project)
    assert Shelf(place).rows(anew.hashes(anew.tasks[:1])).shape == (1, WIDTH)
    assert len(np.load(next(place.glob("*/keys.npy")))) == 1


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        ("nan", "The model gives what is no number"),
        ("shape", "it must be a row for each"),
        ("broken", "cannot be loaded"),
        ("gone", "holds no tokenizer.json"),
    ],
)
def test_a_model_that_is_broken_is_told_of_and_words_are_learned(
    folder: Path, spoilt: str, says: str
) -> None:
    question = lessons(60, 2)
    write_text_model(folder, {"sun": ["a", "b"]}, spoilt=spoilt)
    if spoilt == "broken":
        (folder / "model.onnx").write_bytes(b"no model")
    elif spoilt == "gone":
        (folder / "tokenizer.json").unlink()

    told = learn(question.project, is_ranked=False)

    assert says in told["embeddings"]
    assert told["models"] == 1
    assert ModelRun.objects.get().learner == "linear"


def test_at_each_start_it_is_said_what_is_missing(
    folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> list[str]:
        return [one.msg for one in run_checks() if one.id == "routing.W001"]

    assert said() == []
    settings.EMBEDDINGS = {"text": folder / "none", "image": folder}
    assert [one.split(":")[0] for one in said()] == [
        "CONCORD_TEXT_EMBEDDINGS",
        "CONCORD_IMAGE_EMBEDDINGS",
    ]
    assert "is no folder" in said()[0]
    assert "holds no preprocessor_config.json" in said()[1]
    monkeypatch.setattr("apps.routing.learners.embeddings.PACKAGES", ("onnxruntime", "not_there"))
    assert "not_there cannot be imported" in said()[0]
    question = lessons(60, 2)
    assert "not_there cannot be imported" in learn(question.project)["embeddings"]


def test_a_job_reads_no_more_than_its_share_and_words_are_learned_until_enough_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = lessons(60, 30)
    monkeypatch.setattr(embedding, "LEAST_WAITING", 20)

    first, why = features_of(question.project, most=70)
    then, done = features_of(question.project, most=12)
    last, _ = features_of(question.project, most=12)

    assert "small-words has read 70 of 90 tasks." in why[0]
    assert (first.beside, first.tasks.size) == ([], 90)
    # What is known has come first, and only what was read can be put in order.
    assert (done, then.tasks.size, last.tasks.size) == ([], 82, 90)
    with pytest.raises(KeyError):
        then.rows(np.setdiff1d(last.tasks, then.tasks))


def test_pictures_are_read_by_a_model_of_theirs(tmp_path: Path, settings: Any) -> None:
    settings.EMBEDDINGS = {"image": write_picture_model(tmp_path / "rows")}
    project = ProjectFactory(fields=[{"name": "scan", "display": "image"}])
    for name, shade in (("a.png", [0, 255]), ("b.png", [255, 0])):
        keep_asset(
            project=project, name=name, file=png(np.repeat(shade, 8)[:, None] + np.zeros(16))
        )
    for name in ("a.png", "b.png", "none.png"):
        TaskFactory(project=project, data={"scan": name})

    features, _ = features_of(project)

    rows = features.rows(features.tasks)[:, -8:].toarray()
    assert rows.round(1).tolist() == [[0] * 4 + [0.5] * 4, [0.5] * 4 + [0] * 4, [0] * 8]
