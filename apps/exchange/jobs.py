"""Background work of exchange."""

from __future__ import annotations

from apps.core.jobs import job_kind
from apps.exchange.actions.imports import run_import

job_kind("exchange.import")(run_import)
