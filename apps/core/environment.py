"""Reads the environment: every variable by its own kind, with a sentence when it is wrong."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str) -> bool:
    value = text(name, "0").lower()
    if value not in {"0", "1", "false", "true", "no", "yes"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")
    return value in {"1", "true", "yes"}


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    if not value.isdigit():
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number.")
    return int(value)


def words(name: str) -> list[str]:
    return [word.strip() for word in text(name).split(",") if word.strip()]


def database(url: str) -> dict[str, Any]:
    """Django's form of a PostgreSQL address; libpq reads it, so sockets and TLS options work."""
    try:
        found = {key: str(value) for key, value in conninfo_to_dict(url).items() if value}
    except Exception as problem:  # noqa: BLE001  (psycopg's own class tells no more)
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {problem}") from None
    named = {
        "NAME": "dbname",
        "USER": "user",
        "PASSWORD": "password",
        "HOST": "host",
        "PORT": "port",
    }
    address: dict[str, Any] = {key: found.pop(name, "") for key, name in named.items()}
    if not address["NAME"]:
        raise ImproperlyConfigured("DATABASE_URL names no database.")
    return {**address, "OPTIONS": found}


def celery_broker(redis_url: str) -> str:
    """Celery spells a socket's address in its own way."""
    if not redis_url.startswith("unix:"):
        return redis_url
    parts = urlsplit(redis_url)
    number = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={number}"


def email(url: str) -> dict[str, Any]:
    """Django's settings for `smtp://user:password@host:587?tls=1` (`smtps://` for TLS from the start)."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured(
            "CONCORD_EMAIL_URL looks like smtp://user:password@host:587?tls=1"
        )
    implicit = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if implicit else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": implicit,
        "EMAIL_USE_TLS": not implicit and parse_qs(parts.query).get("tls", ["1"])[0] == "1",
        "EMAIL_TIMEOUT": 20,
    }


def kept_secret(file: Path) -> str:
    """The key of an installation that brings none: made once, for its owner's eyes."""
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(secrets.token_urlsafe(48))
    try:
        os.link(new, file)  # unlike a rename it does not replace what a neighbour has just made
    except FileExistsError:
        pass
    finally:
        new.unlink()
    return file.read_text().strip()
