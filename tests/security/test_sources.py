"""What must not be written anywhere: each of these has made a hole in somebody's product."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# A rule: what is looked for, in which files, and where it may stand (path: how often).
RULES: dict[str, tuple[str, str, dict[str, int]]] = {
    "HTML is made safe by the one Markdown renderer only": (
        r"\bmark_safe\(|SafeString\(|html_safe\b",
        "apps/**/*.py",
        {"apps/core/markdown.py": 1},
    ),
    "templates escape everything": (
        r"\|\s*safe\b|safeseq|autoescape\s+off",
        "templates/**/*.html",
        {},
    ),
    "templates have no inline style": (r"\sstyle\s*=", "templates/**/*.html", {}),
    "templates have no inline handler": (
        r"""\s(on[a-z]+|hx-on[:\w-]*)\s*=\s*["']""",
        "templates/**/*.html",
        {},
    ),
    "templates have no script without a nonce": (
        r"<script(?![^>]*(\bsrc=|nonce=|type=\"application/json\"))",
        "templates/**/*.html",
        {},
    ),
    "htmx takes no script for an argument": (
        r"hx-(vals|headers)\s*=\s*.{0,3}js:",
        "templates/**/*.html",
        {},
    ),
    "views take their rows from a queryset that knows the person": (
        r"\.objects\.all\(\)",
        "apps/**/views/**/*.py",
        {},
    ),
    "no view does without the CSRF token": (
        r"@csrf_exempt",
        "apps/**/*.py",
        # A mail program posts to a signed address, which can do nothing but end mails (RFC 8058).
        {"apps/accounts/views/notices.py": 1},
    ),
    "only JSON is read back": (
        r"\b(pickle|marshal|shelve|dill)\.|import (pickle|marshal|shelve)|yaml\.(unsafe_)?load\(",
        "apps/**/*.py",
        {},
    ),
    "no shell runs what we put together": (
        r"shell=True|os\.system\(|os\.popen\(",
        "apps/**/*.py",
        {},
    ),
    "nothing is executed that was text": (r"(?<![\w.])(eval|exec)\(", "apps/**/*.py", {}),
    "scripts execute nothing that was text": (
        r"\beval\(|new Function\(|setTimeout\(\s*[\"'`]|document\.write",
        "static/js/**/*.js",
        {},
    ),
    # These put fragments in that our own templates made, escaped.
    "scripts make no HTML of data": (
        r"\.(innerHTML|outerHTML)\s*\+?=(?!=)|insertAdjacentHTML|srcdoc",
        "static/js/**/*.js",
        {
            "static/js/annotate/item.js": 1,
            "static/js/annotate/guideline.js": 2,
            "static/js/annotate/supply.js": 1,
        },
    ),
    "pages for those who are not signed in are few": (
        r"^@login_not_required",
        "apps/**/*.py",
        {
            "apps/accounts/views/accounts.py": 4,
            # A mail's link.
            "apps/accounts/views/notices.py": 1,
            "apps/projects/views/people.py": 1,
            "apps/api/views/docs.py": 2,
            "apps/core/health.py": 2,
            # Files by the address that was lent to one person, who is asked for each time.
            # And those of models, by the address that stands for one of a project's own.
            "apps/exchange/views/media.py": 2,
            # By an address that is signed for one task, or for one appeal.
            "apps/quality/views/outside.py": 2,
        },
    ),
    "no serializer takes all fields of a model": (r"__all__", "apps/api/**/*.py", {}),
    "nothing asks other machines": (
        r"^\s*(import|from) (requests|httpx|http\.client|urllib\.request|urllib3|aiohttp|boto3)\b",
        "apps/**/*.py",
        # The one asks its own web process whether it is ready, the other is the guard itself.
        {"apps/core/supervisor/supervisor.py": 1, "apps/core/fetching.py": 1},
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_nobody_wrote(rule: str) -> None:
    pattern, files, allowed = RULES[rule]
    found: dict[str, int] = {}
    for path in sorted(ROOT.glob(files)):
        if "vendor" in path.parts:
            continue
        if count := len(re.findall(pattern, path.read_text(), re.MULTILINE)):
            found[str(path.relative_to(ROOT))] = count

    assert found == allowed, f"{rule}: {found}"


EXAMPLES = {
    "HTML is made safe by the one Markdown renderer only": "x = mark_safe(text)",
    "templates escape everything": "{{ text|safe }}",
    "templates have no inline style": '<p style="color: red">',
    "templates have no inline handler": '<p onclick="x()">',
    "templates have no script without a nonce": "<script>x()</script>",
    "htmx takes no script for an argument": "<p hx-vals='js:{a: 1}'>",
    "views take their rows from a queryset that knows the person": "Task.objects.all()",
    "no view does without the CSRF token": "@csrf_exempt",
    "only JSON is read back": "pickle.loads(x)",
    "no shell runs what we put together": "run(x, shell=True)",
    "nothing is executed that was text": "eval(x)",
    "scripts execute nothing that was text": "new Function(text)",
    "scripts make no HTML of data": "node.innerHTML = text",
    "pages for those who are not signed in are few": "@login_not_required",
    "no serializer takes all fields of a model": 'fields = "__all__"',
    "nothing asks other machines": "import requests",
}


def test_each_rule_finds_what_it_is_for() -> None:
    assert EXAMPLES.keys() == RULES.keys()
    for rule, example in EXAMPLES.items():
        assert re.search(RULES[rule][0], example, re.MULTILINE), rule
        assert list(ROOT.glob(RULES[rule][1])), rule
