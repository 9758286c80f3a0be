"""What holds for every file of the repository, found by listing them."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from tests.paths import ROOT

FILE_LINES, FUNCTION_LINES, TEMPLATE_LINES = 400, 40, 150
# A test says its data and its steps in one place, so it may be longer than what it tests.
TEST_FILE_LINES, TEST_FUNCTION_LINES = 700, 60
MODULES = frozenset(
    [
        "urls",
        "admin",
        "views",
        "receivers",
        "forms",
        "jobs",
        "actions",
        "permissions",
        "signals",
        "http",
        "models",
        "apps",
    ]
) | frozenset(
    [
        "kinds",
        "displays",
        "measures",
        "aggregators",
        "gates",
        "checks",
        "selections",
        "strategies",
        "learners",
        "remote",
        "importers",
        "exporters",
    ]
)
FRAMEWORK = frozenset(["management", "migrations", "templatetags", "demo"])
# The two that are no part of the domain's layers: the foundation and the API.
FREE = frozenset({"core", "api"})
# `last_login` is a name of Django's own.
TIMES = ("_at", "_until", "as_of", "last_login")
YES_OR_NO = ("is_", "has_", "must_", "holds_", "do_", "comes_")
IMAGES = {".png", ".svg", ".ico", ".woff2", ".webm", ".mp3"}
# Paths and hosts that exist on one machine only. Written in pieces, so that this file has none.
PRIVATE = re.compile("|".join(("/wo" + "rk/", "/ro" + "ot/", "/h" + r"ome/[a-z]", "/opt/" + "py")))
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?)\s*$", re.MULTILINE)


@cache
def tracked() -> tuple[Path, ...]:
    found = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    if found.returncode:
        pytest.skip("This is a copy without its history, so no list of its files.")
    paths = (ROOT / name for name in found.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def python() -> Iterator[Path]:
    for path in tracked():
        if path.suffix == ".py" and "migrations" not in path.parts:
            yield path


def is_test(path: Path) -> bool:
    return path.relative_to(ROOT).parts[0] in {"tests", "benchmarks"}


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_file_is_too_long() -> None:
    too_long = [
        f"{named(path)}: {lines(path)}"
        for path in python()
        if lines(path) > (TEST_FILE_LINES if is_test(path) else FILE_LINES)
    ]
    shown = [path for path in tracked() if path.suffix in {".js", ".mjs", ".css"}]
    too_long += [f"{named(path)}: {lines(path)}" for path in shown if lines(path) > FILE_LINES]

    assert too_long == []


def test_no_function_is_too_long() -> None:
    too_long = []
    for path in python():
        most = TEST_FUNCTION_LINES if is_test(path) else FUNCTION_LINES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > most:
                    too_long.append(f"{named(path)}: {node.name} has {length} lines")

    assert too_long == []


def test_no_template_is_too_long() -> None:
    templates = [path for path in tracked() if path.suffix == ".html" and "templates" in path.parts]

    assert templates
    assert [named(path) for path in templates if lines(path) > TEMPLATE_LINES] == []


def test_an_app_has_only_modules_of_known_names() -> None:
    unknown = set()
    for path in python():
        parts = path.relative_to(ROOT).parts
        if parts[0] == "apps" and len(parts) > 2 and parts[1] not in FREE:
            module = parts[2].removesuffix(".py")
            if module not in MODULES | FRAMEWORK | {"__init__"}:
                unknown.add(f"apps/{parts[1]}/{module}")

    assert unknown == set()


def test_no_file_names_a_place_on_one_machine() -> None:
    found = [
        f"{named(path)}: {match.group()}"
        for path in tracked()
        if path.suffix not in IMAGES
        for match in PRIVATE.finditer(path.read_text(encoding="utf-8"))
    ]

    assert found == []


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-embeddings.lock", "requirements-dev.lock"]
)
def test_a_python_lock_pins_by_hash_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = re.findall(r"^[A-Za-z0-9][^\s=]*==", text, re.MULTILINE)

    assert pins
    assert len(re.findall(r"==[^\n]*\\\n +--hash=sha256:", text)) == len(pins)
    assert not re.search(r"https?://|--(extra-)?index-url|file:", text)


def test_the_browser_lock_names_no_private_host() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    hosts = set(re.findall(r'"resolved": "https?://([^/"]+)', text))

    assert '"integrity": "sha512-' in text
    assert hosts <= {"registry.npmjs.org"}


def test_every_model_keeps_the_names_of_its_fields() -> None:
    """`_at` is a time; what answers yes or no begins with a verb."""
    wrong = []
    for model in apps.get_models():
        fields = model._meta.concrete_fields if model.__module__.startswith("apps.") else ()
        for field in fields:
            name = f"{model.__name__}.{field.name}"
            if isinstance(field, models.DateTimeField) and not field.name.endswith(TIMES):
                wrong.append(f"{name}: a time is named _at")
            if field.name.endswith("_at") and not isinstance(field, models.DateTimeField):
                wrong.append(f"{name}: only a time is named _at")
            if isinstance(field, models.BooleanField) != field.name.startswith(YES_OR_NO):
                wrong.append(f"{name}: what answers yes or no is named is_, has_ …")

    assert wrong == []


def documents() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def slug(heading: str) -> str:
    """The name by which a heading is linked to, as forges make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def test_every_link_of_the_documents_leads_somewhere() -> None:
    broken = []
    for path in documents():
        for target in LINK.findall(path.read_text(encoding="utf-8")):
            if re.match(r"(https?|mailto):", target):
                continue
            name, _, anchor = target.partition("#")
            file = (path.parent / name).resolve() if name else path
            is_there = file.exists()
            if is_there and anchor and file.suffix == ".md":
                headings = HEADING.findall(file.read_text(encoding="utf-8"))
                is_there = anchor in {slug(heading) for heading in headings}
            if not is_there:
                broken.append(f"{named(path)}: {target}")

    assert broken == []


def test_every_document_can_be_reached_from_the_first() -> None:
    seen: set[Path] = set()
    front = [ROOT / "README.md"]
    while front:
        path = front.pop()
        if path in seen or path.suffix != ".md":
            continue
        seen.add(path)
        targets = LINK.findall(path.read_text(encoding="utf-8"))
        inside = [target for target in targets if not re.match(r"(https?|mailto):", target)]
        front += [(path.parent / target.partition("#")[0]).resolve() for target in inside]
    docs = {path for path in documents() if (ROOT / "docs") in path.parents}

    assert sorted(named(path) for path in docs - seen) == []
