"""A project's questions and fields as a labelling interface of Label Studio, and its tasks as theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from xml.etree import ElementTree as ET

from apps.annotations.kinds.base import Value
from apps.routing.remote.asked import Asked, Item
from apps.routing.remote.tags import TAGS

# How a field is shown there, by how it is shown here; any other is a text.
OBJECTS = {
    "image": "Image",
    "audio": "Audio",
    "video": "Video",
    "chat": "Paragraphs",
    "table": "Table",
}


@dataclass(frozen=True)
class Interface:
    """What is asked about what. `fields` says how each is displayed, in their order."""

    asked: Sequence[Asked]
    fields: Mapping[str, str]

    @cached_property
    def questions(self) -> dict[str, Asked]:
        """Those that a model can answer, by name."""
        return {one.name: one for one in self.asked if self._why_not(one) is None}

    @cached_property
    def left_out(self) -> dict[str, str]:
        """Those that it cannot, with why."""
        found = {one.name: self._why_not(one) for one in self.asked}
        return {name: why for name, why in found.items() if why is not None}

    def field_of(self, asked: Asked) -> str:
        """The field that it is about: its own, else the first."""
        return asked.behaviour.field_of(asked.config) or next(iter(self.fields))

    def object_name(self, name: str) -> str:
        """Names of fields and questions are one set there."""
        questions, found = {one.name for one in self.asked}, name
        while found in questions or (found != name and found in self.fields):
            found += "-field"
        return found

    @cached_property
    def label_config(self) -> str:
        """The XML that a backend reads.

        >>> from apps.annotations.kinds import kinds
        >>> config = kinds["choice"].clean_config({"labels": ["Yes", "No"]})
        >>> one = Asked(name="spam", kind="choice", config=config)
        >>> print(Interface([one], {"text": "text"}).label_config)
        <View>
          <Text name="text" value="$text" />
          <Choices name="spam" toName="text" choice="single" required="true">
            <Choice value="Yes" />
            <Choice value="No" />
          </Choices>
        </View>
        """
        view = ET.Element("View")
        for name, display in self.fields.items():
            tag = OBJECTS.get(display, "Text")
            ET.SubElement(view, tag, name=self.object_name(name), value=f"${name}")
        for one in self.questions.values():
            to = self.object_name(self.field_of(one))
            settings = {"name": one.name, "toName": to, **TAGS[one.kind].settings(one)}
            if one.is_required:
                settings["required"] = "true"
            control = ET.SubElement(view, TAGS[one.kind].element(one), settings)
            for label in one.labels if TAGS[one.kind].child else ():
                ET.SubElement(control, TAGS[one.kind].child, value=label)
        ET.indent(view)
        return ET.tostring(view, encoding="unicode")

    def task(self, item: Item) -> dict[str, Any]:
        """A task as it is sent; texts that carry their language are sent as texts."""
        data = {}
        for name in self.fields:
            if name in item.data:
                text = item.seen.fields.get(name, {}).get("text")
                data[name] = item.data[name] if text is None else text
        return {"id": item.id, "data": data}

    def annotated(self, item: Item, answers: Mapping[str, Value]) -> dict[str, Any]:
        """A task with one annotation, to learn from. CannotSay where an answer has no form there."""
        results = []
        for name, value in answers.items():
            if name not in self.questions:
                continue
            one = self.questions[name]
            where = self.field_of(one)
            for i, result in enumerate(TAGS[one.kind].write(one, value, where, item)):
                named = {"id": f"{name}-{i}", "from_name": name, "origin": "manual"}
                results.append({**named, "to_name": self.object_name(where), **result})
        annotation = {"id": item.id, "result": results, "was_cancelled": False}
        return {
            **self.task(item),
            "annotations": [{**annotation, "ground_truth": False}],
            "predictions": [],
        }

    def _why_not(self, one: Asked) -> str | None:
        if not self.fields:
            return "The project shows no field."
        if one.kind not in TAGS:
            return f"The protocol has no form for questions of the kind {one.behaviour.label!r}."
        if not all(label.isprintable() for label in one.labels):
            return "A label has characters that XML cannot hold."
        field_name = one.behaviour.field_of(one.config)
        if field_name and field_name not in self.fields:
            return f"There is no field {field_name!r}."
        return TAGS[one.kind].why_not(one, self.fields.get(field_name, ""))
