"""Whatever a model does instead of answering has a name and a sentence, and nothing of it is taken."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.core.fetching import Limits
from apps.routing.remote import Endpoint, RemoteError, RemoteModel
from apps.routing.remote.errors import (
    BadScore,
    Broken,
    Busy,
    Failing,
    NotAllowed,
    NotJson,
    Refused,
    Slow,
    TooLarge,
    UnknownLabel,
    UnknownQuestion,
    Unreachable,
    WrongAnswer,
    WrongCount,
    WrongShape,
)
from tests.routing.remote.backends import example, free_port, running
from tests.routing.remote.test_example import ITEMS, TOPIC

TWO = ITEMS[:2]
LIMITS = Limits(connect_seconds=1, read_seconds=1, most_seconds=1.5, most_bytes=100_000)


class Liar:
    """A model that does what it is told."""

    def __init__(self, port: int, mode: Path) -> None:
        self.port, self.mode = port, mode

    def __call__(self, mode: str, *, tries: int = 1) -> list[Any]:
        self.mode.write_text(mode)
        endpoint = Endpoint(
            url=f"http://127.0.0.1:{self.port}", limits=LIMITS, tries=tries, first_wait=0.01
        )
        model = RemoteModel(endpoint, project="1.1", interface=TOPIC, sleep=lambda _: None)
        return model.predict(TWO)


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Liar]:
    folder, port = tmp_path_factory.mktemp("liar"), free_port()
    mode = folder / "mode"
    mode.write_text("")
    with running(port, Path(__file__).with_name("backends.py"), example(folder), str(port), mode):
        yield Liar(port, mode)


@pytest.fixture
def liar(process: Liar, settings: Any) -> Liar:
    settings.MODELS_FROM = [f"http://127.0.0.1:{process.port}"]
    return process


def choice(label: Any = "spam", **more: Any) -> dict[str, Any]:
    return {
        "from_name": "topic",
        "to_name": "text",
        "type": "choices",
        "value": {"choices": [label]},
        **more,
    }


def said(*results: Any, **more: Any) -> str:
    """A right answer to the first task, and this to the second."""
    right = {"result": [choice()], "score": 0.5}
    return json.dumps({"results": [right, {"result": list(results), **more}]})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "wanted", "sentence"),
    [
        ("drip", Slow, "took too long"),
        ("drip headers", Slow, "took too long"),
        ("silent", Slow, "took too long"),
        ("huge", TooLarge, "more than 100000 bytes"),
        ("cut", Broken, "broke off"),
        ("packed", Broken, "packed its answer"),
        ("hang up", Broken, "broke off"),
        ("status 500", Failing, "it answered 500"),
        ("status 503", Busy, "it answered 503"),
        ("status 401", Refused, "name and password"),
        ("status 418", Refused, "it answered 418"),
        ("moved", Refused, "give the address to which"),
        ("<html>", NotJson, "no JSON"),
        ('{"results": NaN}', NotJson, "which has no NaN"),
        ("[" * 50_000, NotJson, "no JSON"),
        ("[]", WrongShape, "no JSON object"),
        ("{}", WrongShape, "no list 'results'"),
        ('{"results": []}', WrongCount, "2 tasks were sent, and the model answered 0"),
        ('{"results": [{}, {}, {}]}', WrongCount, "answered 3"),
        ('{"results": [{}, 7]}', WrongShape, "A prediction is no JSON object"),
        (said(7), WrongShape, "A result is no JSON object"),
        (said(result=3), WrongShape, "'result' of a prediction is no list"),
        (said(choice("ham")), UnknownLabel, "'topic' has no label 'ham'"),
        (said(choice(["x"])), UnknownLabel, "has no label"),
        (said(choice(from_name="mood")), UnknownQuestion, "There is no question 'mood'"),
        (said(choice(from_name=["x"])), UnknownQuestion, "There is no question"),
        (said(choice(to_name="other")), WrongShape, "is not about 'text'"),
        (said(choice(type="rating")), WrongShape, "has not the type choices"),
        (said(choice(value={"choices": "spam"})), WrongShape, "no list 'choices'"),
        (said(choice(), choice("other")), WrongAnswer, "takes one label"),
        (said(choice(), score=1.01), BadScore, "no number from 0 to 1"),
        (said(choice(), score="1"), BadScore, "no number from 0 to 1"),
        (said(choice(score=-0.1)), BadScore, "no number from 0 to 1"),
        (said(choice(score=True)), BadScore, "no number from 0 to 1"),
        (said(choice(probabilities={"spam": 0.5})), BadScore, "do not add up"),
        (said(choice(probabilities={"ham": 1})), UnknownLabel, "'ham'"),
        (said(choice(probabilities={"spam": None})), BadScore, "is missing"),
        (said(choice(probabilities=[1])), WrongShape, "one object of label"),
    ],
)
def test_each_lie_has_its_name(
    liar: Liar, mode: str, wanted: type[RemoteError], sentence: str
) -> None:
    began = time.monotonic()
    with pytest.raises(RemoteError, match=sentence) as found:
        liar(mode)

    assert type(found.value) is wanted
    assert "secret" not in str(found.value)
    assert time.monotonic() - began < 5
    # It takes what is right as before.
    assert [one.answers for one in liar(said(choice()))] == [{"topic": "spam"}] * 2


@pytest.mark.slow
def test_what_the_model_leaves_open_stays_open(liar: Liar) -> None:
    answers: list[Any] = [{}, [{"result": [choice("other")], "score": 0.2}, {"score": 0.9}]]
    empty, several = (
        liar(json.dumps({"results": [one, {"result": [choice()]}]}))[0] for one in answers
    )

    assert empty.answers == {}
    assert several.score == 0.9
    assert several.answers == {}


@pytest.mark.slow
def test_it_waits_as_long_as_it_is_asked_to(liar: Liar) -> None:
    waits: list[float] = []
    liar.mode.write_text("status 429")
    endpoint = Endpoint(url=f"http://127.0.0.1:{liar.port}", limits=LIMITS, first_wait=4)
    model = RemoteModel(
        endpoint, project="1.1", interface=TOPIC, sleep=waits.append, chance=lambda: 1.0
    )
    with pytest.raises(Busy):
        model.setup()

    assert waits == [1 + 4, 1 + 8]


def test_only_what_is_named_is_asked(settings: Any) -> None:
    settings.FETCH_FROM = ["*", "http://127.0.0.1:9"]
    for named in ([], ["*"], ["http://127.0.0.1:10"]):
        settings.MODELS_FROM = named
        for url in ("http://127.0.0.1:9", "https://127.0.0.1:9", "file:///etc/passwd"):
            endpoint = Endpoint(url=url, tries=1)
            with pytest.raises(NotAllowed):
                RemoteModel(endpoint, project="1.1", interface=TOPIC).health()
    settings.MODELS_FROM = ["http://127.0.0.1:9"]
    with pytest.raises(Unreachable):
        RemoteModel(
            Endpoint(url="http://127.0.0.1:9", tries=1), project="1.1", interface=TOPIC
        ).health()


def test_a_password_is_in_the_header_and_in_no_text() -> None:
    endpoint = Endpoint(url="http://x", user="ann", password="geheim")

    assert endpoint.headers() == {"Authorization": "Basic YW5uOmdlaGVpbQ=="}
    assert "geheim" not in repr(endpoint)
