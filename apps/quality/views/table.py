"""The answers of one task side by side: columns of answers, rows of questions.

What the person may not see (names, where the project is blind) does not get in here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import F

from apps.accounts.models import User
from apps.annotations.actions.conditions import is_met
from apps.annotations.models import Annotation, Question
from apps.annotations.views.laid import joined_by, layers_of
from apps.core.json import canonical
from apps.projects.http.looks import looked_at
from apps.projects.models import Project, Seen
from apps.quality.actions import answers_on_the_table
from apps.quality.forms import OWN, Pick
from apps.quality.models import Adjudication
from apps.quality.permissions import sees_names, shuffled_place
from apps.tasks.models import Task

if TYPE_CHECKING:
    from apps.quality.views.merging import PartRow

# Without the letters that work something else on the page (E, G, J, K, L, M, Q, R, S, X, Y).
LETTERS = "ABCDFHINOPTUVWZ"
NO_ANSWER = "no answer"
# Beyond so many answers equal ones share a column.
MOST_APART = 8


@dataclass
class Column:
    """One annotator's answers, or those of several who answered alike."""

    letter: str
    given: list[Annotation]
    names: list[str]

    @property
    def first(self) -> Annotation:
        return self.given[0]

    @property
    def key(self) -> str:
        return str(self.first.key)

    @property
    def answers(self) -> dict[str, Any]:
        answers: dict[str, Any] = self.first.answers
        return answers

    @property
    def is_late(self) -> bool:
        return all(one.is_surplus for one in self.given)

    @property
    def notes(self) -> list[Annotation]:
        """The answers that have one."""
        return [one for one in self.given if one.note]


@dataclass
class Cell:
    column: Column
    value: Any
    is_given: bool
    text: str


@dataclass
class Row:
    question: Question
    cells: list[Cell]
    is_disputed: bool
    # The rows of the questions whose objects it refers to; they are answered together.
    of: list[Row] = field(default_factory=list)
    pick: Pick | None = None
    error: str = ""
    # Of answers that mark things: what all agree on, and each part that is in dispute.
    agreed_parts: list[dict[str, Any]] = field(default_factory=list)
    parts: list[PartRow] = field(default_factory=list)

    @property
    def needs_task(self) -> bool:
        """Whether it cannot be answered without what it is drawn on, or asks about."""
        return bool(self.of or self.question.behaviour.field_of(self.question.config))

    @property
    def joined(self) -> list[Question]:
        return [row.question for row in self.of]

    @property
    def values(self) -> dict[str, Any]:
        """By letter, what each column says: an own answer may begin with it."""
        return {cell.column.letter: cell.value for cell in self.cells if cell.is_given}

    @property
    def name(self) -> str:
        return self.question.name

    @property
    def is_open(self) -> bool:
        """Needs a person: the answers differ, or nobody has answered what must be answered."""
        is_always_asked = self.question.is_required and not self.question.ask_if
        unanswered = is_always_asked and not any(cell.is_given for cell in self.cells)
        return self.is_disputed or unanswered

    @property
    def agreed(self) -> Cell:
        """What all who answered say."""
        return next((cell for cell in self.cells if cell.is_given), self.cells[0])

    @property
    def taken(self) -> str:
        """The key of the column that is chosen, or own, or nothing."""
        return self.pick.take if self.pick else ""

    @property
    def is_own(self) -> bool:
        return self.taken == OWN

    @property
    def layers(self) -> list[dict[str, Any]]:
        """Each column's answer, to be shown on top of each other."""
        given = [(cell.column.letter, cell.column.answers) for cell in self.cells]
        return layers_of(given, self.question)

    @property
    def own_json(self) -> str:
        return canonical(self.pick.value).decode() if self.is_own and self.pick else ""


@dataclass
class Table:
    columns: list[Column]
    rows: list[Row]
    saw: list[int]
    given: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def open_names(self) -> frozenset[str]:
        return frozenset(row.name for row in self.rows if row.is_open)

    @property
    def values(self) -> dict[str, dict[str, Any]]:
        """For the page's script: by question and letter, every answer."""
        return {row.name: row.values for row in self.rows}

    @property
    def disputed(self) -> int:
        return sum(row.is_disputed for row in self.rows)

    @property
    def has_notes(self) -> bool:
        return any(column.notes for column in self.columns)

    @property
    def current(self) -> str:
        """The row that the keys work on: the first without a decision, else the first disputed."""
        waiting = [row for row in self.rows if row.is_open and (row.error or not row.pick)]
        rows = waiting or [row for row in self.rows if row.is_open]
        if not rows:
            return ""
        return next((part.key for part in rows[0].parts if part.waits), rows[0].name)

    @property
    def current_question(self) -> str:
        """The question of the current row, which may be that of one of its parts."""
        return self.current.partition("/")[0]

    def choose(self, picks: Mapping[str, Pick], errors: Mapping[str, str]) -> None:
        for row in self.rows:
            row.pick = picks.get(row.name, row.pick)
            row.error = errors.get(row.name, "")

    def choose_as(self, decision: Adjudication) -> None:
        """Begin with the decision that holds."""
        for row in self.rows:
            if row.name in decision.answers:
                row.pick = _pick_of(row, decision.answers[row.name])


def table_of(task: Task, project: Project, questions: Sequence[Question], viewer: User) -> Table:
    """One query. Agreed rows are decided already."""
    shows_names = sees_names(role=project.role, is_admin=viewer.is_admin, is_blind=project.is_blind)
    given = list(
        answers_on_the_table(task.pk)
        .select_related("annotator__user")
        .order_by(F("submitted_at").asc(nulls_last=True), "pk")
    )
    return table_from(given, questions, viewer, shows_names=shows_names)


def table_from(
    given: list[Annotation],
    questions: Sequence[Question],
    viewer: User,
    *,
    shows_names: bool,
) -> Table:
    """Of answers to one task, with their annotators. No query."""
    looked_at([one.task_id for one in given], Seen.ANSWERS)
    if not shows_names:
        given = sorted(
            given,
            key=lambda a: shuffled_place(task_id=a.task_id, viewer_id=viewer.pk, key=a.key),
        )
    columns = _columns(given, questions, shows_names=shows_names)
    rows = [_row(question, columns) for question in questions] if columns else []
    by_name = {row.name: row for row in rows}
    asked = {row.name: row.question for row in rows}
    for row in rows:
        row.of = [by_name[one.name] for one in joined_by(row.question, asked)]
        if not row.is_open and row.agreed.is_given:
            row.pick = Pick(row.agreed.column.key, row.agreed.value)
    return Table(
        columns,
        rows,
        saw=sorted(one.pk for one in given),
        given={str(one.key): one.answers for one in given},
    )


def table_of_one(given: Annotation, questions: Sequence[Question], name: str) -> Table:
    """One answer as a table of its own, for who corrects it. No query; no name, where it is ""."""
    looked_at([given.task_id], Seen.ANSWERS)
    column = Column(letter=LETTERS[0], given=[given], names=[name] if name else [])
    rows = [_row(question, [column]) for question in questions]
    by_name = {row.name: row for row in rows}
    asked = {row.name: row.question for row in rows}
    for row in rows:
        row.of = [by_name[one.name] for one in joined_by(row.question, asked)]
        if row.agreed.is_given:
            row.pick = Pick(column.key, row.agreed.value)
    return Table([column], rows, saw=[given.pk], given={column.key: given.answers})


def _columns(
    given: list[Annotation], questions: Sequence[Question], *, shows_names: bool
) -> list[Column]:
    """One column each; of many answers the equal ones together, the most frequent first."""
    groups = [[one] for one in given]
    if len(given) > MOST_APART:
        alike: dict[bytes, list[Annotation]] = {}
        for one in given:
            said = {
                q.name: q.behaviour.meaning(one.answers[q.name], q.config)
                for q in questions
                if q.name in one.answers
            }
            alike.setdefault(canonical(said), []).append(one)
        groups = sorted(alike.values(), key=len, reverse=True)
    return [
        Column(
            letter=LETTERS[place] if place < len(LETTERS) else str(place + 1),
            given=group,
            names=[one.annotator.display_name for one in group] if shows_names else [],
        )
        for place, group in enumerate(groups)
    ]


def _row(question: Question, columns: list[Column]) -> Row:
    cells = []
    for column in columns:
        is_given = question.name in column.answers
        value = column.answers.get(question.name)
        text = question.behaviour.summary(value, question.config) if is_given else NO_ANSWER
        if condition := not is_given and question.ask_if:
            is_asked = is_met(condition, column.answers.get(condition["question"]))
            text = NO_ANSWER if is_asked else "not asked"
        cells.append(Cell(column, value, is_given, text))
    means = question.behaviour.meaning
    values = {canonical(means(cell.value, question.config)) for cell in cells if cell.is_given}
    # To leave an optional question open is an answer too.
    is_mixed = bool(values) and not question.is_required and any(c.text == NO_ANSWER for c in cells)
    return Row(question, cells, is_disputed=len(values) > 1 or is_mixed)


def _pick_of(row: Row, value: Any) -> Pick:
    """A value as a pick: of the first who gave it, else the reviewer's own."""
    for cell in row.cells:
        if cell.is_given and cell.value == value:
            return Pick(cell.column.key, value)
    return Pick(OWN, value)
