"""File formats that tasks come in: one file each. A new file here is at once offered and checked."""

from apps.core.registry import Registry
from apps.exchange.importers.base import Importer

importers: Registry[Importer] = Registry("apps.exchange.importers", Importer)
