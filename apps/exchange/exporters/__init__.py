"""File formats that results go out in: one file each. A new file here is at once offered and checked."""

from apps.core.registry import Registry
from apps.exchange.exporters.base import Exporter

exporters: Registry[Exporter] = Registry("apps.exchange.exporters", Exporter)
