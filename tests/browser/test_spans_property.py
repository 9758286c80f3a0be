"""Submit, load anew, equal: whatever spans somebody has made, in whatever script."""

from __future__ import annotations

import random
import re

import pytest

from apps.annotations.models import Annotation
from tests.browser.annotating import saved
from tests.browser.drawing import DRAWN, HELD, annotator_of, drag, spans
from tests.factories import TaskFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ALPHABETS = ["abc dé", "👩‍💻🙂🇧🇷 x", "كتب ل", "艾达写", "हिन्दी ", "e\u0301 \u00a0", "a\n b"]
ROUNDS = 6


def made_text(rng: random.Random) -> str:
    words = ["".join(rng.choices(rng.choice(ALPHABETS), k=rng.randint(2, 7))) for _ in range(14)]
    return "Begin " + " ".join(words) + " end."


def made_answer(rng: random.Random, text: str) -> list[dict[str, object]]:
    """Any spans the question allows: crossing, nested, in parts, one sign long."""
    found: dict[tuple[str, str], dict[str, object]] = {}
    for i in range(rng.randint(0, 12)):
        places = sorted(rng.sample(range(len(text) + 1), 2 * rng.randint(1, 3)))
        parts = [list(pair) for pair in zip(places[::2], places[1::2], strict=True)]
        label = rng.choice("abc")
        found[label, str(parts)] = {"id": f"x{i}", "label": label, "parts": parts}
    return list(found.values())


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_an_answer_that_was_sent_comes_back_as_it_was(seed, open_page):
    rng = random.Random(seed)  # noqa: S311  (texts to try)
    text = made_text(rng)
    question = spans("a", "b", "c", discontinuous=True, snap="characters")
    annotator = annotator_of(question, text=text)
    TaskFactory(project=annotator.project, data={"text": text})
    page = open_page(annotator)
    page.evaluate(
        "value => { const one = document.querySelector('[data-answer]');"
        " one.value = JSON.stringify(value); one.changed(); }",
        made_answer(rng, text),
    )
    # One more by hand, between signs that have a width; nine levels of marks have moved the lines.
    page.keyboard.press("3")
    page.evaluate(DRAWN)
    page.evaluate("document.getElementById('main').scrollTo(0, 0)")
    drag(page, 0, 5)
    held = page.evaluate(HELD, "q")
    assert {"label": "c", "parts": [[0, 5]]} in [
        {"label": one["label"], "parts": one["parts"]} for one in held
    ]
    shown = page.locator("[data-objects] [data-words]").all_text_contents()
    page.keyboard.press("Control+Enter")
    saved(page, 1)
    stored = Annotation.objects.get().answers["q"]
    assert [(one["id"], one["label"]) for one in stored] == [
        (one["id"], one["label"]) for one in held
    ]
    # The list says what Python finds at these places.
    said = [" … ".join(text[start:end] for start, end in one["parts"]) for one in stored]
    assert [one.split()[:3] for one in shown] == [
        re.sub(r"\s+", " ", one).split()[:3] for one in said
    ]

    page = open_page(annotator, page)
    page.keyboard.press("Backspace")
    page.wait_for_selector("[data-when=reopened]:not([hidden])")
    assert page.evaluate(HELD, "q") == stored
    assert page.locator("[data-submit-words]").inner_text() == "Keep as it is"
