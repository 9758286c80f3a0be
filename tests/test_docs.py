"""What the documents name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.paths import ROOT
from tests.test_repository import documents

MAKE = re.compile(r"\bmake ([a-z][a-z-]*)\b(?!\s+(?:sure|it|the|an?|up)\b)")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
VARIABLE = re.compile(r"\bCONCORD_[A-Z_]+\b")
FILE = re.compile(r"`((?:apps|config|docs|static|templates|tests|deploy)/[\w./-]+\w)`")
# A name in capitals stands for one of yours.
PLACEHOLDER = re.compile(r"/[A-Z]+\.")
CODE = re.compile(r"`[^`\n]+`|```.*?```", re.DOTALL)


@pytest.fixture(params=documents(), ids=lambda path: str(path.relative_to(ROOT)))
def text(request: pytest.FixtureRequest) -> str:
    path: Path = request.param
    return path.read_text(encoding="utf-8")


def test_targets_and_commands_are_there(text: str) -> None:
    code = "\n".join(CODE.findall(text))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(MAKE.findall(code)) <= targets
    assert set(COMMAND.findall(code)) <= set(get_commands())


def test_files_are_there(text: str) -> None:
    assert [
        name
        for name in FILE.findall(text)
        if not (ROOT / name).exists() and not PLACEHOLDER.search(name)
    ] == []


def test_every_variable_is_explained() -> None:
    explained = (ROOT / "docs/deploy/environment.md").read_text(encoding="utf-8")
    named = {
        name
        for path in [*documents(), ROOT / "config/settings.py", ROOT / "docker-compose.yml"]
        for name in VARIABLE.findall(path.read_text(encoding="utf-8"))
    }

    assert sorted(name for name in named if f"`{name}`" not in explained) == []
