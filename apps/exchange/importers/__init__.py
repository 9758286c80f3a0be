"""File formats that tasks come in: one file each. A new file here is at once offered and checked."""

from apps.core.registry import Registry
from apps.exchange.importers.base import Importer
from apps.exchange.importers.opening import UnreadableFile, decoded_head

importers: Registry[Importer] = Registry("apps.exchange.importers", Importer)


def detect(head: bytes, filename: str = "") -> Importer:
    """The importer for a file that begins with `head`. What stands in it counts, then its name."""
    text = decoded_head(head)
    named = [i for i in importers.values() if filename.lower().endswith(i.extensions)]
    fitting = [i for i in importers.values() if i.sniff(text)]
    for importer in (*(i for i in named if i in fitting), *fitting, *named):
        return importer
    known = ", ".join(importer.label for importer in importers.values())
    raise UnreadableFile(f"The format was not recognised. Choose one: {known}.")
