"""Whatever the answer is: sent as it is shown, and shown again as it was sent.

Of the kinds that draw on pictures, films and recordings their own tests do the same.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from apps.annotations.kinds import kinds
from apps.annotations.models import Annotation
from apps.projects.models import Project
from tests.browser.annotating import Open, saved
from tests.browser.drawing import TEXT
from tests.browser.test_gallery import begin, sent_by_a_client
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory

if TYPE_CHECKING:
    from apps.projects.models import Membership

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONTROLS = Path(__file__).parents[2] / "static" / "js" / "annotate" / "controls.js"
READER = """
window.readAll = () => Object.fromEntries(
  [...document.querySelectorAll('#stage [data-question]')].map(ask => [ask.dataset.question, read(ask)]),
);
"""
STORED = {"ends", "end"}

# Words that HTML, JSON and the browser's own fields would each make something else of.
WORDS = ["<b>a</b> & b", "\"quoted\" 'one'", "{{ 7 }}", "👩‍💻 🙂", "كتب", "\\n \\", "e\u0301", "0"]
LABELS = [*WORDS, "plain"]
PLAIN: dict[str, tuple[str, dict[str, Any]]] = {
    "one": ("choice", {"labels": LABELS}),
    "many": ("choice", {"labels": [f"Topic {n}" for n in range(300)]}),
    "some": ("multi_choice", {"labels": LABELS}),
    "tree": ("multi_choice", {"labels": [f"{a}/{b}" for a in "xyz" for b in "123"]}),
    "rated": ("rating", {"min": 1, "max": 7}),
    "counted": ("number", {"min": -5, "max": 5, "step": 0.01}),
    "slid": ("slider", {"min": -1, "max": 1, "step": 0.05}),
    "line": ("text", {}),
    "page": ("text", {"long": True}),
    "listed": ("text", {"list": True}),
    "edited": ("text", {"edit_of": "text"}),
    "shared": ("allocation", {"labels": ["a", "b", "c"], "total": 10}),
    "ranked": ("ranking", {"labels": LABELS[:5], "may_tie": True, "may_be_partial": True}),
    "better": ("pairwise", {"dimensions": ["fluency", "truth"], "strengths": 3}),
}
MARKED: dict[str, tuple[str, dict[str, Any]]] = {
    "q": ("span", {"field": "text", "labels": ["Person", "Place"], "discontinuous": True}),
    "rel": ("relation", {"of": ["q"], "labels": ["made", "knows"]}),
    "same": ("chain", {"of": ["q"], "may_share": True}),
    "about": (
        "record",
        {
            "objects": {"question": "q"},
            "questions": [
                {"name": "light", "title": "Light?", "kind": "choice", "config": {"labels": WORDS}},
                {
                    "name": "note", "title": "Note?", "kind": "text", "config": {},
                    "required": False,
                },
            ],
        },
    ),
}  # fmt: skip


def text_of(draw: random.Random) -> str:
    return " ".join(draw.choices(WORDS, k=draw.randint(1, 4)))


def plain_answers(draw: random.Random) -> dict[str, Any]:
    first = draw.randint(0, 10)
    second = draw.randint(0, 10 - first)
    ranked = draw.sample(LABELS[:5], draw.randint(1, 5))
    cut = draw.randint(0, len(ranked))
    choices = [
        value
        for one in kinds["pairwise"].examples(kinds["pairwise"].clean_config(PLAIN["better"][1]))
        for value in one.values()
    ]
    return {
        "one": draw.choice(LABELS),
        "many": f"Topic {draw.randrange(300)}",
        "some": draw.sample(LABELS, draw.randint(1, 6)),
        "tree": [f"{draw.choice('xyz')}/{draw.choice('123')}"],
        "rated": draw.randint(1, 7),
        "counted": draw.randint(-500, 500) / 100,
        "slid": draw.randint(-20, 20) / 20,
        "line": text_of(draw),
        "page": "\n\n".join(text_of(draw) for _ in range(3)),
        "listed": [f"{n} {text_of(draw)}" for n in range(draw.randint(1, 4))],
        "edited": TEXT.replace("first", text_of(draw)),
        "shared": {
            name: n
            for name, n in zip("abc", (first, second, 10 - first - second), strict=True)
            if n
        },
        "ranked": [[one] for one in ranked[:cut]] + ([ranked[cut:]] if ranked[cut:] else []),
        "better": {name: draw.choice(choices) for name in ("fluency", "truth")},
    }


def marked_answers(draw: random.Random) -> dict[str, Any]:
    spans = []
    for n in range(draw.randint(2, 7)):
        places = sorted(draw.sample(range(len(TEXT) + 1), 2 * draw.randint(1, 2)))
        parts = [list(pair) for pair in zip(places[::2], places[1::2], strict=True)]
        spans.append({"id": f"s{n}", "label": draw.choice(["Person", "Place"]), "parts": parts})
    names = [one["id"] for one in spans]
    relations = {}
    for n in range(draw.randint(0, 4)):
        start, end = draw.sample(names, 2)
        label = draw.choice(["made", "knows"])
        relations[label, start, end] = {"id": f"r{n}", "label": label, "from": start, "to": end}
    return {
        "q": spans,
        "rel": list(relations.values()),
        "same": [
            {"id": f"c{n}", "members": draw.sample(names, draw.randint(1, len(names)))}
            for n in range(1)
        ],
        "about": [
            {
                "of": name,
                "answers": {"light": draw.choice(WORDS)}
                | ({"note": text_of(draw)} if draw.random() < 0.5 else {}),
            }
            for name in names
        ],
    }


def annotator_asked(questions: dict[str, tuple[str, dict[str, Any]]]) -> Membership:
    project = ProjectFactory(fields=[{"name": "text", "display": "text"}])
    for place, (name, (kind, config)) in enumerate(questions.items()):
        QuestionFactory(
            project=project, name=name, kind=kind, title=name, config=config, position=place
        )
    TaskFactory(project=project, data={"text": TEXT})
    return MembershipFactory(project=Project.objects.get(pk=project.pk))


@pytest.mark.parametrize(
    "seed",
    [pytest.param(n, marks=() if n < 2 else pytest.mark.proof) for n in range(40)],
)
@pytest.mark.parametrize(
    ("questions", "made"),
    [(PLAIN, plain_answers), (MARKED, marked_answers)],
    ids=["plain", "marked"],
)
def test_it_is_stored_as_it_is_shown_and_shown_as_it_is_stored(
    questions: Any, made: Any, seed: int, open_page: Open
) -> None:
    answers = made(random.Random(seed))  # noqa: S311  (answers to try)
    member = annotator_asked(questions)
    begin(member, answers)
    page = open_page(member, bypass_csp=True)  # for the reader of what is shown
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("Control+Enter")
    saved(page, 1)
    stored = Annotation.objects.get().answers
    assert stored == sent_by_a_client(member.project, answers)

    page = open_page(member, page)
    page.keyboard.press("Backspace")
    page.wait_for_selector("[data-when=reopened]:not([hidden])")
    page.add_script_tag(content=CONTROLS.read_text("utf-8") + READER, type="module")
    page.wait_for_function("window.readAll")
    shown = page.evaluate("readAll()")
    assert {name: said(questions[name], value) for name, value in shown.items()} == {
        name: said(questions[name], value) for name, value in stored.items()
    }


def said(question: tuple[str, dict[str, Any]], value: Any) -> Any:
    """In canonical form, without what is written only when it is stored."""
    kind = kinds[question[0]]
    found = kind.clean(value, kind.clean_config(question[1]))
    if not isinstance(found, list):
        return found
    bare = [
        {k: v for k, v in one.items() if k not in STORED} for one in found if isinstance(one, dict)
    ]
    return bare or found
