"""From what is known of people to lists of their own, through the job and the hand-out."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.core.files.storage import default_storage  # noqa: F401
from django.utils import timezone
from pytest_django.fixtures import SettingsWrapper  # noqa: F401
