"""A text that is written: short, long, several, or a given one that is edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Kind, Value
from apps.annotations.kinds.editing import list_distance, text_distance
from apps.annotations.kinds.labelled import check_settings, text, whole

LONGEST = 100_000
USUAL = {"short": 300, "long": 20_000}
MOST_ITEMS = 200
SETTINGS = ("long", "list", "edit_of", "min_length", "max_length", "min_items", "max_items")
# Line ends become \n, tabs stay; nothing else that cannot be seen is part of a text.
UNSEEN = {code: None for code in range(32) if chr(code) not in "\n\t"}


class Text(Kind):
    name = "text"
    label = "Text"
    icon = "text"
    description = "Words of one's own: a line, a page, a list, or an edited text"
    control = "text"
    may_be_part = True
    field_setting = "edit_of"
    starter = {"long": False}

    def config_schema(self) -> dict[str, Any]:
        length = {"type": "integer", "minimum": 1, "maximum": LONGEST}
        items = {"type": "integer", "minimum": 1, "maximum": MOST_ITEMS}
        return {
            "type": "object",
            "properties": {
                "long": {"type": "boolean"},
                "list": {"type": "boolean"},
                "edit_of": {"type": "string"},
                "min_length": length,
                "max_length": length,
                "min_items": items,
                "max_items": items,
            },
            "additionalProperties": False,
        }

    def answer_schema(self, config: Config) -> dict[str, Any]:
        one = {
            "type": "string",
            "minLength": config["min_length"],
            "maxLength": config["max_length"],
        }
        if not config["list"]:
            return one
        most, least = config["max_items"], config["min_items"]
        return {"type": "array", "items": one, "minItems": least, "maxItems": most}

    def clean_config(self, config: Any) -> dict[str, Any]:
        config = check_settings(config, SETTINGS)
        is_list = _flag(config, "list")
        edit_of = text(config.get("edit_of") or "", 80, "edit_of")
        if is_list and edit_of:
            raise BadConfig("A text is edited as a whole; a list is written anew.", "list")
        is_long = (_flag(config, "long") or bool(edit_of)) and not is_list
        least = whole(config.get("min_length", 1), "min_length", low=1, high=LONGEST)
        usual = max(least, USUAL["long" if is_long else "short"])
        longest = whole(config.get("max_length", usual), "max_length", low=least, high=LONGEST)
        fewest = whole(config.get("min_items", 1), "min_items", low=1, high=MOST_ITEMS)
        most = whole(config.get("max_items", MOST_ITEMS), "max_items", low=fewest, high=MOST_ITEMS)
        return {
            "long": is_long,
            "list": is_list,
            "edit_of": edit_of,
            "min_length": least,
            "max_length": longest,
            "min_items": fewest,
            "max_items": most,
        }

    def surfaces_for(self, config: Config) -> frozenset[str]:
        return frozenset({"text"}) if config["edit_of"] else frozenset()

    def field_of(self, config: Config) -> str:
        return str(config["edit_of"])

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        if old["list"] != new["list"]:
            raise BadConfig("It has answers, so one text stays one, and a list a list.", "list")
        if old["edit_of"] != new["edit_of"]:
            raise BadConfig("It has answers, which edit the text of this field.", "edit_of")
        for name, sign in (
            ("min_length", 1),
            ("max_length", -1),
            ("min_items", 1),
            ("max_items", -1),
        ):
            if sign * new[name] > sign * old[name]:
                raise BadConfig("Answers were given beyond this; it may only allow more.", name)
        return new

    def clean(self, value: Any, config: Config) -> Value:
        if not config["list"]:
            return _text(value, config, keeps_ends=bool(config["edit_of"]))
        if not isinstance(value, list | tuple):
            raise BadAnswer("Give a list of texts.")
        least, most = config["min_items"], config["max_items"]
        items = [_text(one, config, str(i)) for i, one in enumerate(value)]
        if not least <= len(items) <= most:
            raise BadAnswer(f"Give {least} to {most} texts, each on its line.")
        if any("\n" in item for item in items):
            raise BadAnswer("Give each text of the list in one line.")
        return items

    def examples(self, config: Config) -> Sequence[Value]:
        least, longest = config["min_length"], config["max_length"]
        texts = [(letter * least)[:longest] for letter in "abc"]
        texts += [x for x in ("Where is parcel 8841?", "شكوى 🙂") if least <= len(x) <= longest]
        if not config["list"]:
            return texts
        fewest, most = config["min_items"], config["max_items"]
        return [(texts * most)[i : i + fewest] for i in range(3)]

    def distance(self, a: Value, b: Value, config: Config) -> float:
        """Edits in parts of the longer one: `text_distance`, for lists `list_distance`."""
        return list_distance(a, b) if config["list"] else text_distance(a, b)

    def summary(self, value: Value, config: Config) -> str:
        return " ".join(("; ".join(value) if config["list"] else value).split())

    def limits(self, config: Config) -> str:
        said = []
        if config["list"]:
            said.append("one on each line")
            least, most = config["min_items"], config["max_items"]
            if most < MOST_ITEMS:
                said.append(f"{least} to {most}" if least < most else f"{most} of them")
            elif least > 1:
                said.append(f"at least {least}")
        least, longest = config["min_length"], config["max_length"]
        if least > 1:
            said.append(f"{least} to {longest} characters")
        elif longest < USUAL["short"]:
            said.append(f"at most {longest} characters")
        return ", ".join(said)


def _flag(config: Mapping[str, Any], name: str) -> bool:
    value = config.get(name, False)
    if not isinstance(value, bool):
        raise BadConfig("This must be true or false.", name)
    return value


def _text(value: Any, config: Config, path: str = "", *, keeps_ends: bool = False) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise BadAnswer("Give a text.", path)
    plain = value.replace("\r\n", "\n").replace("\r", "\n").translate(UNSEEN)
    if not keeps_ends or not plain.strip():
        plain = plain.strip()
    least, longest = config["min_length"], config["max_length"]
    if not plain:
        raise BadAnswer("Write something.", path)
    if not least <= len(plain) <= longest:
        raise BadAnswer(f"Write {least} to {longest} characters; these are {len(plain)}.", path)
    return plain
