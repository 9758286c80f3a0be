"""Reads the text of a rule between questions. Holds no check itself.

    rule    = "if" some "then" some | some
    some    = each ("or" each)*
    each    = one ("and" one)*
    one     = "not" one | "(" some ")" | test
    test    = question verb ["not"] ("empty" | "answered" | value ("," value)*)
            | number comparison number
    verb    = "is" | "are" | "has" | "have" | "must be" | "must have"
    number  = figures | question | "count of" question ["labelled" value]

A value or a question that has blanks, or is a word of the language, stands in quotes.
"""

from __future__ import annotations

import re
from typing import NoReturn

from apps.quality.checks.rule_parts import (
    COMPARISONS,
    All,
    BadRule,
    Compares,
    Is,
    IsAnswered,
    IsEmpty,
    Not,
    Number,
    Part,
    Place,
    Rule,
    Some,
)

LONGEST, DEEPEST = 500, 10
TOKEN = re.compile(
    r"""\s*(?:
      (?P<quoted>'[^']*'|"[^"]*"|“[^”]*”)
    | (?P<figure>-?\d+(?:\.\d+)?(?![\w.-]))
    | (?P<word>\w[\w.\-]*)
    | (?P<sign><=|>=|!=|==|<|>|=|\(|\)|,)
    )""",
    re.VERBOSE,
)
VERBS = ("is", "are", "has", "have")
KEPT = frozenset(
    (
        *VERBS,
        *[
            "if",
            "then",
            "and",
            "or",
            "not",
            "must",
            "be",
            "empty",
            "answered",
            "count",
            "of",
            "labelled",
        ],
    )
)


def read_rule(text: str) -> Rule:
    """BadRule says what is wrong, and at which character.

    >>> read_rule("if a is x, 'y z' and count of b > 2 then c must be empty").names == {"a", "b", "c"}
    True
    >>> read_rule("if a is x")
    Traceback (most recent call last):
    apps.quality.checks.rule_parts.BadRule: After "if …" comes "then …".
    """
    if len(text) > LONGEST:
        raise BadRule(f"A rule has at most {LONGEST} characters.", LONGEST)
    reader = _Reader(text)
    whole = reader.rule()
    return Rule(whole, frozenset(reader.names))


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.end = len(text.rstrip())
        self.next = 0
        self.depth = 0
        self.names: set[str] = set()

    # --- Tokens ---

    @property
    def kind(self) -> str:
        return self.tokens[self.next][0] if self.next < len(self.tokens) else "end"

    @property
    def place(self) -> Place:
        return self.tokens[self.next][1] if self.next < len(self.tokens) else Place("", self.end)

    def takes(self, *words: str) -> str:
        """The word if it is one of these, in whichever case, and then it is behind us."""
        word = self.place.word.lower()
        if self.kind in {"word", "sign"} and word in words:
            self.next += 1
            return word
        return ""

    def fail(self, message: str) -> NoReturn:
        raise BadRule(message, self.place.at)

    def named(self, what: str) -> Place:
        place = self.place
        is_kept = self.kind == "word" and place.word.lower() in KEPT
        if self.kind not in {"word", "quoted"} or is_kept:
            self.fail(f"Here {what} is missing.")
        self.next += 1
        return place

    def question(self) -> Place:
        place = self.named("the name of a question")
        self.names.add(place.word)
        return place

    # --- What they make ---

    def rule(self) -> Part:
        if self.takes("if"):
            when = self.some()
            if not self.takes("then"):
                self.fail('After "if …" comes "then …".')
            found: Part = Some((Not(when), self.some()))
        else:
            found = self.some()
        if self.kind != "end":
            self.fail("Nothing more is expected here: join parts by and, or.")
        return found

    def some(self) -> Part:
        parts = [self.each()]
        while self.takes("or"):
            parts.append(self.each())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def each(self) -> Part:
        parts = [self.one()]
        while self.takes("and"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def one(self) -> Part:
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(f"A rule may be {DEEPEST} deep at most: write two.")
        if self.takes("not"):
            found: Part = Not(self.one())
        elif self.takes("("):
            found = self.some()
            if not self.takes(")"):
                self.fail("Here a ) is missing.")
        else:
            found = self.test()
        self.depth -= 1
        return found

    def test(self) -> Part:
        if self.kind == "figure" or self.place.word.lower() == "count":
            return self.compared(self.number())
        question = self.question()
        if self.place.word in COMPARISONS or self.place.word == "==":
            return self.compared(Number(question=question))
        if not self.takes(*VERBS) and not (self.takes("must") and self.takes("be", "have")):
            self.fail(f"After {question.word!r} comes is, is not, has, or a comparison.")
        is_not = bool(self.takes("not"))
        found = self.said_of(question)
        return Not(found) if is_not else found

    def said_of(self, question: Place) -> Part:
        if self.takes("empty"):
            return IsEmpty(question)
        if self.takes("answered"):
            return IsAnswered(question)
        values = [self.value()]
        while self.takes(","):
            values.append(self.value())
        return Is(question, tuple(values))

    def value(self) -> tuple[str | float, Place]:
        if self.kind == "figure":
            place = self.place
            self.next += 1
            return float(place.word), place
        place = self.named("an answer")
        return place.word, place

    def compared(self, left: Number) -> Part:
        how = self.takes(*COMPARISONS, "==")
        if not how:
            self.fail(f"Here a comparison is missing: {' '.join(COMPARISONS)}.")
        return Compares(left, "=" if how == "==" else how, self.number())

    def number(self) -> Number:
        if self.kind == "figure":
            self.next += 1
            return Number(float(self.tokens[self.next - 1][1].word))
        if not self.takes("count"):
            return Number(question=self.question())
        if not self.takes("of"):
            self.fail('After "count" comes "of".')
        question = self.question()
        label = self.named("a label") if self.takes("labelled") else None
        return Number(question=question, is_count=True, label=label)


def _tokens(text: str) -> list[tuple[str, Place]]:
    found, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            start = at + len(text[at:]) - len(text[at:].lstrip())
            raise BadRule(f"{text[start]!r} has no meaning here. Put texts into quotes.", start)
        word, start = match[match.lastgroup], match.start(match.lastgroup)
        plain = word[1:-1] if match.lastgroup == "quoted" else word
        found.append((match.lastgroup, Place(plain, start)))
        at = match.end()
    return found
