"""The documentation's example as a process of its own: it learns, and answers what it was asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import Seen
from apps.core.fetching import Limits
from apps.routing.remote import Asked, Circuit, Endpoint, Interface, Item, RemoteModel, guarded
from apps.routing.remote.errors import Broken, RemoteError, Resting, Slow, Unreachable
from tests.routing.remote.backends import example, free_port, running

TEXTS = [f"{what} {n}" for n in range(12) for what in ("win a prize now", "see you at lunch")]
LABELS = ["spam" if text.startswith("win") else "other" for text in TEXTS]
CONFIG = kinds["choice"].clean_config({"labels": ["spam", "other", "never"]})
TOPIC = Interface([Asked(name="topic", kind="choice", config=CONFIG)], {"text": "text"})
ITEMS = [
    Item(id=i, data={"text": text}, seen=Seen(fields={"text": {"text": text}}))
    for i, text in enumerate(TEXTS)
]


def model_at(port: int, **more: Any) -> RemoteModel:
    given: dict[str, Any] = {"tries": 2, "first_wait": 0.01, "batch": 7, **more}
    endpoint = Endpoint(url=f"http://127.0.0.1:{port}/", **given)
    return RemoteModel(endpoint, project="12.1764230000", interface=TOPIC)


@pytest.fixture
def port(settings: Any) -> int:
    found = free_port()
    settings.MODELS_FROM = [f"http://127.0.0.1:{found}"]
    return found


@pytest.fixture
def served(port: int, tmp_path: Path) -> Iterator[RemoteModel]:
    with running(port, example(tmp_path), str(port)):
        yield model_at(port)


def lessons() -> list[dict[str, Any]]:
    pairs = zip(ITEMS, LABELS, strict=True)
    return [TOPIC.annotated(item, {"topic": label}) for item, label in pairs]


@pytest.mark.slow
def test_the_example_learns_and_answers(served: RemoteModel) -> None:
    assert served.health() == "Example"
    assert served.setup() == "0"
    assert [one.answers for one in served.predict(ITEMS)] == [{}] * len(ITEMS)

    served.train(lessons())

    assert served.setup() == "1"
    found = served.predict(ITEMS)
    assert [one.item for one in found] == list(range(len(ITEMS)))
    assert [one.answers["topic"] for one in found] == LABELS
    assert {one.version for one in found} == {"1"}
    for one in found:
        chances = one.probabilities["topic"]
        assert one.scores["topic"] == one.score == max(chances.values())
        assert chances.keys() == {"spam", "other"}


@pytest.mark.slow
def test_a_model_that_is_killed_rests_and_comes_back(port: int, tmp_path: Path) -> None:
    now = [1000.0]
    kept: list[Circuit] = []
    circuit, file, model = Circuit(), example(tmp_path), model_at(port, tries=1)

    def ask(circuit: Circuit) -> Any:
        return guarded(
            circuit, lambda: model.predict(ITEMS), clock=lambda: now[0], keep=kept.append
        )

    with running(port, file, str(port)) as process:
        assert ask(circuit).value is not None
        process.kill()
        process.wait()
        errors: list[RemoteError | None] = []
        for _ in range(6):
            outcome = ask(circuit)
            circuit = outcome.circuit
            errors.append(outcome.error)

    assert [type(error) for error in errors] == [Unreachable] * 5 + [Resting]
    assert str(errors[5]) == "The model failed 5 times in a row; it is asked again in 30 s."
    now[0] += 30
    circuit = ask(circuit).circuit
    assert (circuit.state, circuit.rests, circuit.until) == ("open", 2, now[0] + 60)
    now[0] += 60
    with running(port, file, str(port)):
        outcome = ask(Circuit.of(circuit.row()))
    assert outcome.value is not None
    assert outcome.circuit == Circuit()
    assert [one.state for one in kept] == ["half_open", "half_open"]


@pytest.mark.proof
@pytest.mark.slow
def test_a_model_that_recovers_is_asked_again_but_never_to_learn_twice(
    port: int, tmp_path: Path
) -> None:
    mode = tmp_path / "mode"
    mode.write_text("once")
    waits: list[float] = []
    model = model_at(port, tries=3)
    model._sleep = waits.append
    with running(port, Path(__file__).with_name("backends.py"), example(tmp_path), str(port), mode):
        assert len(model.predict(ITEMS)) == len(ITEMS)
        assert len(waits) == 1
        mode.write_text("once")
        with pytest.raises(Broken):
            model.train(lessons())
        assert len(waits) == 1
        mode.write_text("silent")
        quick = model_at(port, limits=Limits(read_seconds=0.2))
        with pytest.raises(Slow):
            quick.predict(ITEMS)
        mode.write_text("")
        assert len(quick.predict(ITEMS)) == len(ITEMS)
