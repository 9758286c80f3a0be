"""The guideline's text by its headings: where something is put in."""

from __future__ import annotations

import re
from collections.abc import Iterator

HEADING = re.compile(r"#{1,6}\s+(\S.*?)\s*#*\s*")
FENCE = re.compile(r"\s{0,3}(```|~~~)")
# How an entry names the task that it is about: read back by `tasks_named`.
TASK = re.compile(r"\(task #(\d{1,18})\)")


def _headings(lines: list[str]) -> Iterator[tuple[int, str]]:
    """(line, title) of each, but for what stands in code."""
    is_code = False
    for number, line in enumerate(lines):
        if FENCE.match(line):
            is_code = not is_code
        elif not is_code and (found := HEADING.fullmatch(line)):
            yield number, found.group(1)


def headings_of(text: str) -> list[str]:
    """The titles in order, each once.

    >>> headings_of("# Rules\\n\\n```\\n# code\\n```\\n## Questions ##\\n")
    ['Rules', 'Questions']
    """
    return list(dict.fromkeys(title for _, title in _headings(text.splitlines())))


def put_under(text: str, title: str, entry: str) -> str:
    """Behind the last line of the section of this title, which is made at the end when there is none.

    >>> print(put_under("# Rules\\n\\nBe kind.\\n\\n# More\\n", "Rules", "And brief."))
    # Rules
    <BLANKLINE>
    Be kind.
    <BLANKLINE>
    And brief.
    <BLANKLINE>
    # More
    <BLANKLINE>
    """
    lines = text.rstrip().splitlines()
    found = list(_headings(lines))
    starts = [number for number, one in found if one.casefold() == title.casefold()]
    if not starts:
        return "\n".join([*lines, *([""] if lines else []), f"## {title}", "", entry, ""])
    end = min((number for number, _ in found if number > starts[0]), default=len(lines))
    head, tail = lines[:end], lines[end:]
    while not head[-1].strip():
        head.pop()
    return "\n".join([*head, "", entry, *(["", *tail] if tail else []), ""])


def tasks_named(text: str) -> list[int]:
    """
    >>> tasks_named("Yes (task #12), no (task #7), and (task #12) again.")
    [12, 7]
    """
    return list(dict.fromkeys(int(number) for number in TASK.findall(text)))
