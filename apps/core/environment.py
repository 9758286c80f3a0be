"""Reads the environment: every variable by its own kind, with a sentence when it is wrong."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
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


def models_from_folders() -> tuple[dict[str, Path], int]:
    """Where models lie that read texts and pictures, if the operator brought some, and their threads."""
    names = {"text": "CONCORD_TEXT_EMBEDDINGS", "image": "CONCORD_IMAGE_EMBEDDINGS"}
    found = {kind: Path(text(name)) for kind, name in names.items() if text(name)}
    return found, max(1, number("CONCORD_EMBEDDING_THREADS", 2))


def other_machines() -> tuple[list[str], list[str], list[str]]:
    """Where files may be fetched, which hosts' pictures browsers may show, where models are asked."""
    names = ("CONCORD_FETCH_FROM", "CONCORD_MEDIA_HOSTS", "CONCORD_MODELS_FROM")
    files, pictures, models = map(words, names)
    return files, pictures, models


def database(url: str) -> dict[str, Any]:
    """Django's form of a PostgreSQL address; libpq reads it, so sockets and TLS options work."""
    try:
        found = {key: str(value) for key, value in conninfo_to_dict(url).items() if value}
    except ProgrammingError as problem:
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


def media_store(address: str) -> dict[str, Any]:
    """The store of media for `STORAGES`: a bucket (`s3://bucket/folder`), else this machine's disk."""
    if not address:
        return {"BACKEND": "apps.core.stores.local.LocalStore"}
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            "CONCORD_MEDIA_STORE is written s3://bucket or s3://bucket/folder."
        )
    return {
        "BACKEND": "apps.core.stores.s3.S3Store",
        "OPTIONS": {
            "bucket": parts.netloc,
            "prefix": parts.path.strip("/"),
            "endpoint": text("CONCORD_S3_ENDPOINT"),
            "region": text("CONCORD_S3_REGION"),
            "key": text("CONCORD_S3_KEY"),
            "secret": text("CONCORD_S3_SECRET"),
        },
    }


def celery_broker(redis_url: str) -> str:
    """Celery spells a socket's address in its own way."""
    if not redis_url.startswith("unix:"):
        return redis_url
    parts = urlsplit(redis_url)
    number = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={number}"


@dataclass(frozen=True)
class Mail:
    backend: str = "django.core.mail.backends.console.EmailBackend"
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    use_ssl: bool = False
    use_tls: bool = False


def email(url: str) -> Mail:
    """`smtp://user:password@host:587` (TLS by STARTTLS, `?tls=0` without), or `smtps://`."""
    if not url:
        return Mail()
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured("CONCORD_EMAIL_URL looks like smtp://user:password@host:587")
    use_ssl = parts.scheme == "smtps"
    return Mail(
        backend="django.core.mail.backends.smtp.EmailBackend",
        host=parts.hostname,
        port=parts.port or (465 if use_ssl else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_ssl=use_ssl,
        use_tls=not use_ssl and parse_qs(parts.query).get("tls", ["1"])[0] == "1",
    )


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
