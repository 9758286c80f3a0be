"""The environment's variables: read right, refused with a sentence, and all of them documented."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.core import environment
from tests.paths import ROOT

DOCUMENT = ROOT / "docs" / "deploy" / "environment.md"
# Read by tests alone, and documented where tests are.
FOR_TESTS = {"TEST_DATABASE_URL"}
SOURCES = [
    *ROOT.glob("config/*.py"),
    *ROOT.glob("apps/core/*.py"),
    *ROOT.glob("apps/core/engines/*.py"),
    *ROOT.glob("apps/core/supervisor/*.py"),
    *ROOT.glob("apps/core/management/commands/*.py"),
    ROOT / "docker-compose.yml",
    ROOT / "Makefile",
]


def test_what_is_read_is_documented_and_nothing_else() -> None:
    name = r"\b(CONCORD_[A-Z_]+|DATABASE_URL|REDIS_URL)\b"
    read = {found for path in SOURCES for found in re.findall(name, path.read_text())}
    documented = set(re.findall(r"^\| `([A-Z_]+)`", DOCUMENT.read_text(), re.MULTILINE))

    assert read - FOR_TESTS == documented


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (
            "postgresql://ann:p%40ss@db.example:5433/labels?sslmode=require",
            {
                "NAME": "labels",
                "USER": "ann",
                "PASSWORD": "p@ss",
                "HOST": "db.example",
                "PORT": "5433",
                "OPTIONS": {"sslmode": "require"},
            },
        ),
        (
            "postgresql://concord@/concord?host=/var/lib/concord/run",
            {
                "NAME": "concord",
                "USER": "concord",
                "PASSWORD": "",
                "HOST": "/var/lib/concord/run",
                "PORT": "",
                "OPTIONS": {},
            },
        ),
    ],
)
def test_a_database_address_is_read_as_libpq_reads_it(url: str, wanted: dict[str, object]) -> None:
    assert environment.database(url) == wanted


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://host", "postgresql://host:port:x/"])
def test_a_wrong_database_address_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        environment.database(url)


def test_celery_gets_a_sockets_address_in_its_own_spelling() -> None:
    assert environment.celery_broker("redis://r:6379/0") == "redis://r:6379/0"
    spelt = "redis+socket:///run/r.sock?virtual_host=3"
    assert environment.celery_broker("unix:///run/r.sock?db=3") == spelt


def test_mail_goes_to_the_console_or_where_the_address_says() -> None:
    mail = environment.email("smtp://ann:s%3Acret@mail.example")

    assert environment.email("").backend.endswith("console.EmailBackend")
    assert (mail.host, mail.port, mail.user, mail.password) == (
        "mail.example",
        587,
        "ann",
        "s:cret",
    )
    assert (mail.use_tls, mail.use_ssl) == (True, False)
    assert environment.email("smtps://mail.example").port == 465
    with pytest.raises(ImproperlyConfigured, match="CONCORD_EMAIL_URL"):
        environment.email("mail.example")


def test_a_wrong_flag_or_number_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCORD_HTTPS", "maybe")
    monkeypatch.setenv("CONCORD_POOL_SIZE", "many")

    with pytest.raises(ImproperlyConfigured, match="CONCORD_HTTPS is 'maybe'"):
        environment.flag("CONCORD_HTTPS")
    with pytest.raises(ImproperlyConfigured, match="CONCORD_POOL_SIZE is 'many'"):
        environment.number("CONCORD_POOL_SIZE", 6)


def test_an_installations_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "secret-key"

    first = environment.kept_secret(file)

    assert environment.kept_secret(file) == first
    assert len(first) >= 50
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_server_without_a_key_does_not_start(test_environment: dict[str, str]) -> None:
    """There is no key in the code to fall back to."""
    without = {k: v for k, v in test_environment.items() if k != "CONCORD_SECRET_KEY"}

    refused = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=without,
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 1
    assert "Set CONCORD_SECRET_KEY" in refused.stderr
