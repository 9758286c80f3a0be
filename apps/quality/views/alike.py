"""Conflicts about the same values, decided together: a card each, one key each."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.annotations.actions.media import Media, media_of_all
from apps.annotations.models import Annotation, Question
from apps.annotations.views.guidelines import guideline_parts
from apps.annotations.views.items import declared
from apps.core.json import canonical
from apps.projects.models import Membership, Project
from apps.projects.permissions import May, project_for
from apps.quality.actions.decisions import answers_on_the_table
from apps.quality.actions.passes import Said, decide_in_one_pass, take_pass_back
from apps.quality.forms.passes import PassForm
from apps.quality.models import Adjudication, Conflict
from apps.quality.permissions import sees_names
from apps.quality.views.adjudicate import SHORT_REASONS, last_decision
from apps.quality.views.queue import later_of, open_conflicts
from apps.quality.views.table import LETTERS, Row, Table, table_from

# So many cards of a pass; so many are read to find them, for in some another question differs too.
MOST, READ = 20, 60


@dataclass
class Option:
    """A value that somebody gave. Its letter is the same on all cards of the page."""

    value: Any
    letter: str
    key: str
    count: int


@dataclass
class Card:
    conflict: Conflict
    table: Table
    row: Row
    options: list[Option]
    data: dict[str, Any]
    follows: int | None
    taken: str = ""
    notice: str = ""

    @property
    def task_id(self) -> int:
        return self.conflict.task_id

    @property
    def saw(self) -> Sequence[int]:
        return self.table.saw

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(option.key for option in self.options)

    def said(self, key: str) -> Said:
        """The option with this key, beside what all agree on."""
        picks = {row.name: row.pick for row in self.table.rows if row.pick and row.pick.is_given}
        answers = {name: pick.value for name, pick in picks.items()}
        sources: dict[str, uuid.UUID | str | None] = {n: pick.take for n, pick in picks.items()}
        chosen = next(one for one in self.options if one.key == key)
        return Said(
            task=self.conflict.task,
            answers=answers | {self.row.name: chosen.value},
            sources=sources | {self.row.name: key},
            follows=self.follows,
            saw=self.saw,
        )


class Pass:
    """The conflicts that are about what the one of `task_id` is about, most worth first."""

    def __init__(self, request: HttpRequest, project_id: int, task_id: int) -> None:
        self.request = request
        self.project: Project = project_for(request.user, project_id, May.ADJUDICATE)
        mine = Conflict.objects.visible_to(request.user).filter(project=self.project)
        self.conflict = get_object_or_404(mine, task_id=task_id)
        if not self.conflict.dispute:
            raise Http404("No other conflict can be told to be like this one.")
        self.questions = list(Question.objects.filter(project=self.project).asked())
        # Those in which another question differs too.
        self.passed = 0
        self.waiting = open_conflicts(request, self.project).alike(self.conflict)

    def cards(self, task_ids: Sequence[int] = ()) -> list[Card]:
        """Of those in which nothing else is in dispute: of these tasks, or those most worth a
        decision. Three queries."""
        if task_ids:
            asked = self.waiting.filter(task__in=task_ids)
        else:
            asked = self.waiting.but(later_of(self.request, self.project))
        found = list(asked.worst_first().select_related("task__project")[:READ])
        given, words = _answers([one.task_id for one in found])
        cards = [
            card
            for one in found
            if (card := self._card(one, given[one.task_id], words.get(one.task_id)))
        ]
        self.passed, cards = len(found) - len(cards), cards[:MOST]
        _give_letters(cards)
        return cards

    def _card(
        self, conflict: Conflict, given: list[Annotation], word: Adjudication | None
    ) -> Card | None:
        user, project = self.request.user, self.project
        shows = sees_names(role=project.role, is_admin=user.is_admin, is_blind=project.is_blind)
        table = table_from(given, self.questions, user, shows_names=shows)
        open_rows = [row for row in table.rows if row.is_open]
        if len(open_rows) != 1 or open_rows[0].name not in conflict.questions:
            return None
        row = open_rows[0]
        return Card(
            conflict=conflict,
            table=table,
            row=row,
            options=_options(row),
            data=declared(conflict.task, project),
            follows=word.pk if word else None,
        )

    def render(self, cards: list[Card], *, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "project": self.project,
            "conflict": self.conflict,
            "cards": cards,
            "media": self._media(cards),
            "all_options": _all_options(cards),
            "passed": self.passed,
            "waiting": self.waiting.order_by().count(),
            "questions": self.questions,
            "short_reasons": SHORT_REASONS,
            "undo": last_decision(self.request, self.project),
            **self._guideline(),
            **more,
        }
        return render(self.request, "quality/alike.html", context, status=status)

    def _media(self, cards: list[Card]) -> Media:
        return media_of_all(self.project, [card.data for card in cards])

    def _guideline(self) -> dict[str, Any]:
        member = Membership.objects.filter(
            project=self.project, user_id=self.request.user.pk
        ).first()
        return guideline_parts(member or Membership(project=self.project), self.project)


def _answers(
    task_ids: Sequence[int],
) -> tuple[dict[int, list[Annotation]], dict[int, Adjudication]]:
    """What lies on the table of each task, and the last word about it. Two queries."""
    given: dict[int, list[Annotation]] = defaultdict(list)
    on_table = answers_on_the_table(*task_ids).select_related("annotator__user")
    for one in on_table.order_by("submitted_at", "pk"):
        given[one.task_id].append(one)
    last = Adjudication.objects.filter(task__in=task_ids, successor__isnull=True)
    return given, {word.task_id: word for word in last}


def _options(row: Row) -> list[Option]:
    """One for each value, with how many gave it."""
    found: dict[bytes, Option] = {}
    for cell in row.cells:
        if cell.is_given:
            mine = canonical(row.question.behaviour.meaning(cell.value, row.question.config))
            option = found.setdefault(mine, Option(cell.value, "", cell.column.key, 0))
            option.count += len(cell.column.given)
    return list(found.values())


def _give_letters(cards: list[Card]) -> None:
    """By the order of the labels, sets with fewer first, so that a letter means one value."""
    every = {canonical(one.value): one.value for card in cards for one in card.options}
    if not cards:
        return
    question = cards[0].row.question
    places = {label.value: i for i, label in enumerate(question.behaviour.labels(question.config))}

    def place(code: bytes) -> tuple[int, list[int], bytes]:
        value = every[code]
        labels = value if isinstance(value, list) else [value]
        return len(labels), [places.get(str(one), len(places)) for one in labels], code

    letters = dict(zip(sorted(every, key=place), LETTERS, strict=False))
    for card in cards:
        for option in card.options:
            option.letter = letters.get(canonical(option.value), "")
        card.options.sort(key=lambda one: (one.letter == "", one.letter))


def _all_options(cards: list[Card]) -> list[Option]:
    """Each letter once: what can be chosen for all."""
    found = {one.letter: one for card in cards for one in card.options if one.letter}
    return [found[letter] for letter in sorted(found)]


@require_http_methods(["GET", "POST"])
def alike(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    """POST decides those that have a choice; the others go on waiting."""
    one = Pass(request, project_id, task_id)
    if request.method == "GET":
        return one.render(one.cards())
    form = PassForm(request.POST)
    # Those that the person saw, whatever is worth most meanwhile.
    cards = one.cards(form.task_ids) if form.task_ids else []
    form.choose(cards)
    if not form.is_valid():
        return one.render(cards or one.cards(), status=422, form=form)
    done = decide_in_one_pass(
        said=form.said(), by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"]
    )
    gone = form.gone
    if done.decided:
        messages.success(request, f"Decided: {_counted(len(done.decided))}.")
    if gone:
        messages.warning(request, f"Not decided: {_counted(gone)} that no longer wait for it.")
    if done.left:
        return one.render(_told(one.cards(list(done.left)), done.left), status=409, form=form)
    if one.cards():
        return redirect("quality:alike", project_id, task_id)
    return redirect("quality:conflicts", project_id)


def _told(cards: list[Card], left: Mapping[int, str]) -> list[Card]:
    for card in cards:
        card.notice = left[card.conflict.task_id]
    return cards


@require_http_methods(["POST"])
def take_pass(request: HttpRequest, project_id: int, key: uuid.UUID) -> HttpResponse:
    """Undo: all that was decided in one pass waits again."""
    project = project_for(request.user, project_id, May.ADJUDICATE)
    done = take_pass_back(project=project, key=key, by=request.user, at=timezone.now())
    if not done.decided:
        messages.warning(request, "Nothing that you decided together is there to be taken back.")
        return redirect("quality:conflicts", project_id)
    messages.info(request, f"Taken back: {_counted(len(done.decided))}.")
    first = done.decided[0].task_id
    is_alike = Conflict.objects.filter(task=first).exclude(dispute=b"").exists()
    return redirect("quality:alike" if is_alike else "quality:adjudicate", project_id, first)


def _counted(number: int) -> str:
    return f"{number} task{'' if number == 1 else 's'}"
