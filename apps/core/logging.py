"""One line per event: JSON for machines, colours for a person at a terminal."""

from __future__ import annotations

import logging.config
import re
import sys
from typing import Any

import structlog

SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
# What opens something for whoever reads it: tokens and invitations by their look, and the end of
# the address in a mail for a new password.
SECRETS = re.compile(r"\b((?:concord|join)_)[\w-]{20,}|((?:/|%2F)reset(?:/|%2F))[^\s?&\"']+")


def configure(settings: dict[str, Any]) -> None:
    logging.config.dictConfig(settings)
    # At the source of all lines, so that no handler, ours or another's, gets to see a secret.
    logging.setLogRecordFactory(_record)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.UnicodeDecoder(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = logging.LogRecord(*args, **kwargs)
    record.msg = without_secrets(record.msg)
    record.args = without_secrets(record.args)
    return record


def without_secrets(told: Any) -> Any:
    """Of the texts in what is logged, those parts that would let a reader in are left out."""
    if isinstance(told, str):
        return SECRETS.sub(lambda found: f"{found[1] or found[2]}[secret]", told)
    if isinstance(told, dict):
        return {key: without_secrets(value) for key, value in told.items()}
    if isinstance(told, tuple):
        return tuple(without_secrets(value) for value in told)
    return told


def is_no_health_check(record: logging.LogRecord) -> bool:
    """A balancer asks every few seconds, and what it hears is on record where it matters."""
    event = record.msg if isinstance(record.msg, dict) else {}
    return event.get("request") not in {"GET /livez", "GET /readyz"}


def logging_settings(level: str) -> dict[str, Any]:
    renderer: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if sys.stderr.isatty()
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *renderer,
                ],
                # What other packages log gets the same fields, the request's id among them.
                "foreign_pre_chain": SHARED,
            }
        },
        "filters": {"no_health_check": {"()": lambda: is_no_health_check}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["no_health_check"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": [], "propagate": True},
            "celery": {"level": "WARNING"},
            # Each scheduled second would be a line.
            "celery.beat": {"level": "WARNING"},
            "django_structlog.celery": {"level": "WARNING"},
            # It tells of each step of each picture.
            "pyvips": {"level": "ERROR"},
        },
    }
