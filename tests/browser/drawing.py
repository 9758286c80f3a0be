"""What the browser tests of marks on a text share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apps.projects.models import Membership, Project
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory

if TYPE_CHECKING:
    from playwright.sync_api import Page

TEXT = (
    "Ada Lovelace wrote the first program for the Analytical Engine of Charles Babbage in London."
)

# The places of both ends of a stretch of the shown text, given in code points.
ENDS = """([start, end]) => {
  const blocks = document.querySelectorAll('[data-part-of-text]');
  const roots = blocks.length ? [...blocks] : [document.querySelector('[data-surface]')];
  const at = place => {
    let left = place;
    for (const root of roots) {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const signs = [...node.data];
        if (left < signs.length) {
          const from = signs.slice(0, left).join('').length;
          const range = document.createRange();
          range.setStart(node, from);
          range.setEnd(node, from + signs[left].length);
          return range;
        }
        left -= signs.length;
      }
      left -= 1;
    }
  };
  const { bottom } = at(end - 1).getBoundingClientRect();
  if (bottom > innerHeight - 80) at(start).startContainer.parentElement.scrollIntoView();
  const [first, last] = [at(start).getBoundingClientRect(), at(end - 1).getBoundingClientRect()];
  return [
    [first.left + 1, first.top + first.height / 2],
    [last.right - 1, last.top + last.height / 2],
  ];
}"""
# Lines move apart where marks need room, in the frame after they were made.
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
HELD = """name => {
  const value = document.querySelector(`[data-question=${name}] [data-answer]`).value;
  return value === '' ? null : JSON.parse(value);
}"""


def annotator_of(
    *questions: dict[str, Any], text: Any = TEXT, display: str = "text", **field: Any
) -> Membership:
    """Somebody who marks this text; two tasks have it."""
    project = ProjectFactory(fields=[{"name": "text", "display": display, "config": field}])
    for place, question in enumerate(questions):
        QuestionFactory(
            project=project,
            **{"name": "q", "kind": "span", "title": "What is it?", "position": place, **question},
        )
    for _ in range(2):
        TaskFactory(project=project, data={"text": text})
    return MembershipFactory(project=Project.objects.get(pk=project.pk))


def spans(*labels: Any, **config: Any) -> dict[str, Any]:
    return {
        "config": {"field": "text", "labels": list(labels) or ["Person", "Place", "Work"], **config}
    }


def drag(page: Page, start: int, end: int) -> None:
    """Over the signs from start to end, as a mouse does."""
    page.evaluate(DRAWN)
    first, last = page.evaluate(ENDS, [start, end])
    page.mouse.move(*first)
    page.mouse.down()
    page.mouse.move((first[0] + last[0]) / 2, (first[1] + last[1]) / 2, steps=2)
    page.mouse.move(*last, steps=2)
    page.mouse.up()
    page.wait_for_timeout(30)


def drag_over(page: Page, words: str, text: str = TEXT) -> None:
    start = text.index(words)
    drag(page, start, start + len(words))


def take(page: Page, label: str) -> None:
    page.locator(f".labelbtn[data-label='{label}']").click()


def click_on(page: Page, place: int) -> None:
    """On what is marked there, which is selected then."""
    page.evaluate(DRAWN)
    first, _ = page.evaluate(ENDS, [place, place + 1])
    page.mouse.click(first[0] + 1, first[1])
    page.wait_for_selector(".mark.is-sel", state="attached")
    page.wait_for_timeout(60)


def held(page: Page, name: str = "q") -> Any:
    """The answer as the page has it, without the ids of what is marked."""
    value = page.evaluate(HELD, name)
    return value and [without_id(one) for one in value]


def without_id(one: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in one.items() if name != "id"}


def marked(text: str, *pairs: tuple[str, str]) -> list[dict[str, Any]]:
    """Labels and words as spans of the text, in its order."""
    found = [
        {"label": label, "parts": [[text.index(words), text.index(words) + len(words)]]}
        for label, words in pairs
    ]
    return sorted(found, key=lambda one: (one["parts"], one["label"]))
