"""What the headers of every answer say."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

DIRECTIVES = {
    "default-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A file of somebody's may do nothing at all.
FOR_FILES = "sandbox; default-src 'none'"
VARY = {"Cookie", "Authorization", "HX-Request"}
# Thousands of labels, which a browser may keep: they are nobody's, and change with their version.
KEPT = {"annotations:labels"}
# What it shows is lent to a program's own page.
OTHER_HEADERS = {"exchange:lent": {"Cross-Origin-Resource-Policy": "cross-origin"}}


def header_faults(answer: Any, name: str = "") -> list[str]:
    """Of pages, refusals, redirects and errors alike."""
    is_taken = answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED
    wanted = HEADERS | (OTHER_HEADERS.get(name, {}) if is_taken else {})
    faults = [f"{key}: {answer.get(key)}" for key in wanted if answer.get(key) != wanted[key]]
    policy = answer.get("Content-Security-Policy", "")
    if policy == FOR_FILES:
        return faults
    if "unsafe" in policy or "*" in policy or not set(policy.split("; ")) >= DIRECTIVES:
        faults.append(f"Content-Security-Policy: {policy}")
    is_kept = name in KEPT and answer.get("Cache-Control", "").startswith("private")
    if "no-store" not in answer.get("Cache-Control", "") and not is_kept:
        faults.append(f"Cache-Control: {answer.get('Cache-Control')}")
    if not set(answer.get("Vary", "").split(", ")) >= VARY:
        faults.append(f"Vary: {answer.get('Vary')}")
    return faults
