"""Displays: how one field of a task is shown. One file each."""

from apps.annotations.displays.base import Display
from apps.core.registry import Registry

displays: Registry[Display] = Registry("apps.annotations.displays", Display)
