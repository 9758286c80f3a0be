"""Checks of the answers of a project: one file per check, arrays in, findings out.

>>> from apps.quality.checks import checks
>>> checks["label_mix"].is_test, checks["duplicates"].is_test
(True, False)
"""

from apps.core.registry import Registry
from apps.quality.checks.base import Again, Asked, Check, Found, Marked, Noted, Work

checks = Registry("apps.quality.checks", Check)

__all__ = ["Again", "Asked", "Check", "Found", "Marked", "Noted", "Work", "checks"]
