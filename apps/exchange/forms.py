"""What a lead fills in to bring a file in, and what is chosen for one that goes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from apps.exchange.exporters import exporters
from apps.exchange.importers import importers
from apps.exchange.models import Mode, UploadMode
from apps.tasks.actions.assets import SCHEMES
from apps.tasks.models import QueueState

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from apps.annotations.models import Question
    from apps.projects.models import Project

LONGEST_PASTE = 1_000_000
NOT_MAPPED = ("", "not in the file")


class ColumnField(forms.ChoiceField):
    """A column, or none. Its first choice says so; "optional" beside each would be noise."""

    def validate(self, value: Any) -> None:
        if value:
            super().validate(value)


class OneFileField(forms.FileField):
    """The form itself sees to it that there is a file or a text."""

    def validate(self, value: Any) -> None:
        return


class UploadForm(forms.Form):
    """A file, or the same as pasted text."""

    use_required_attribute = False

    file = OneFileField(allow_empty_file=True, max_length=255, label="File")
    text = forms.CharField(
        required=False,
        strip=False,
        max_length=LONGEST_PASTE,
        label="Or paste rows",
        widget=forms.Textarea(attrs={"rows": 5, "class": "font-monospace", "spellcheck": "false"}),
    )
    format = forms.ChoiceField(
        required=False,
        label="Format",
        choices=[("", "Detect"), *((i.name, i.label) for i in importers.values())],
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("file") and not cleaned.get("text", "").strip():
            self.add_error("file", "Choose a file, or paste its rows.")
        return cleaned

    @property
    def file_name(self) -> str:
        return (self._file.name or "") if self._file else "pasted rows"

    def chunks(self) -> Iterable[bytes]:
        return self._file.chunks() if self._file else [self.cleaned_data["text"].encode()]

    @property
    def _file(self) -> UploadedFile[bytes] | None:
        found: UploadedFile[bytes] | None = self.cleaned_data["file"]
        return found


class MappingForm(forms.Form):
    """One control for each part of a task that a column can feed. Empty: not in the file."""

    use_required_attribute = False

    PLAIN = {
        "external_id": (
            "Id",
            "Your own name for each task. With it, importing a file twice adds nothing twice.",
        ),
        "group": ("Group", "Tasks that belong together: a document, a patient, a chat."),
        "priority": ("Priority", "A number; the highest is handed out first."),
        "requires": ("Requires", "What an annotator must bring, as in language:de."),
        "annotator": ("Who answered", "For files with one answer a row, made elsewhere."),
        "question": ("Which question", "Only if a column names the question that is answered."),
        "answer": ("The answer to it", ""),
        "round": ("Round", "Only if the same person answered a task more than once."),
        "seconds": ("Seconds taken", ""),
        "submitted_at": ("When", ""),
    }
    SEVERAL = {
        "meta": (
            "Keep as metadata",
            "Annotators never see these. Agreement can be shown for each value.",
        ),
        "json": ("Read as JSON", "Columns that hold a chat or a record as JSON."),
    }

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        columns: Sequence[str],
        project: Project,
        questions: Iterable[Question],
        mapping: Mapping[str, Any],
    ) -> None:
        super().__init__(data)
        self._columns = [NOT_MAPPED, *((name, name) for name in columns)]
        fields = [(f["name"], f.get("title") or f["name"]) for f in project.fields]
        asked = [(q.name, q.title) for q in questions]
        for part, named in (("data", fields), ("gold", asked), ("answers", asked)):
            for name, title in named:
                self._add(f"{part}:{name}", title, mapping.get(part, {}).get(name))
        for name, (label, about) in self.PLAIN.items():
            self._add(name, label, mapping.get(name), about)
        for name, (label, about) in self.SEVERAL.items():
            found = mapping.get(name, ())
            self.fields[name] = forms.MultipleChoiceField(
                required=False,
                choices=self._columns[1:],
                label=label,
                help_text=about,
                initial=list(found.values() if isinstance(found, dict) else found),
                widget=forms.CheckboxSelectMultiple,
            )

    def _add(self, name: str, label: str, column: str | None, about: str = "") -> None:
        self.fields[name] = ColumnField(
            choices=self._columns, label=label, initial=column, help_text=about
        )

    def raw_mapping(self) -> dict[str, Any]:
        """The mapping that the form describes, in plain JSON, without what is not mapped."""
        found: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            part, _, key = name.partition(":")
            if not value:
                continue
            if key:
                found.setdefault(part, {})[key] = value
            else:
                found[name] = {c: c for c in value} if name == "meta" else value
        return found

    def _bound(self, *names: str) -> Iterator[forms.BoundField]:
        for name in self.fields:
            if name in names or name.partition(":")[0] + ":" in names:
                yield self[name]

    def shown(self) -> list[forms.BoundField]:
        return list(self._bound("data:"))

    def about(self) -> list[forms.BoundField]:
        return list(self._bound("external_id", "group"))

    def rest(self) -> list[forms.BoundField]:
        return list(self._bound("priority", "requires", "json"))

    def known(self) -> list[forms.BoundField]:
        return list(self._bound("gold:"))

    def answered(self) -> list[forms.BoundField]:
        names = ("question", "answer", "round", "seconds", "submitted_at")
        return [self["annotator"], *self._bound("answers:", *names)]

    def is_used(self, fields: Iterable[forms.BoundField]) -> bool:
        return any(bound.value() or bound.errors for bound in fields)

    def uses_known(self) -> bool:
        return self.is_used(self.known())

    def uses_answered(self) -> bool:
        return self.is_used(self.answered())

    def uses_rest(self) -> bool:
        return self.is_used(self.rest())


class StartForm(forms.Form):
    mode = forms.ChoiceField(
        label="If some rows are bad",
        choices=[
            (Mode.ALL_OR_NOTHING, "Import nothing and list the bad rows"),
            (Mode.GOOD_ROWS, "Import the good rows and list the bad ones"),
        ],
        initial=Mode.ALL_OR_NOTHING,
        widget=forms.RadioSelect,
    )
    do_answers_fill_slots = forms.BooleanField(
        required=False,
        label="Answers in the file count for the overlap",
        help_text="Then a task with enough of them is complete and is handed out to nobody. Otherwise"
        " your annotators answer it as well, and the file's answers only stand beside theirs.",
    )


class ExportForm(forms.Form):
    format = forms.ChoiceField(widget=forms.RadioSelect, initial="jsonl")
    states = forms.MultipleChoiceField(
        required=False,
        label="Only these tasks",
        choices=[(value, label.lower()) for value, label in QueueState.choices],
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick none to export all tasks.",
    )
    pseudonyms = forms.BooleanField(
        required=False,
        label="Replace names with numbers",
        help_text="annotator-17 instead of an e-mail address, the same in every export."
        " Notes and reasons that people wrote stay as they are.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].choices = [(e.name, e.label) for e in exporters.values()]  # type: ignore[attr-defined]


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Each of the files, in the order of the form."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        files = data if isinstance(data, list) and data else [None] * self.required
        return [super(ManyFilesField, self).clean(one, initial) for one in files]


class MediaForm(forms.Form):
    use_required_attribute = False

    file = ManyFilesField(
        label="Pictures, recordings, films",
        max_length=255,
        required=False,
    )
    addresses = forms.CharField(
        label="Or fetch them: an address on each line",
        required=False,
        max_length=LONGEST_PASTE,
        widget=forms.Textarea(
            {"rows": 2, "placeholder": "https://media.example.org/001.jpg", "spellcheck": "false"}
        ),
    )
    mode = forms.ChoiceField(
        label="If some files are bad",
        choices=[
            (UploadMode.GOOD_FILES, "Take the good files and list the bad ones"),
            (UploadMode.ALL_OR_NOTHING, "Take nothing and list the bad ones"),
        ],
        initial=UploadMode.GOOD_FILES,
        widget=forms.RadioSelect,
    )

    def clean_addresses(self) -> str:
        text: str = self.cleaned_data["addresses"].strip()
        if text and not text.startswith(SCHEMES):
            raise forms.ValidationError("An address begins with https:// or s3://.")
        return text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("file") and not cleaned.get("addresses") and not self.errors:
            self.add_error("file", "Choose files, a folder, or a zip file of them.")
        return cleaned

    def sent(self) -> list[tuple[str, Iterable[bytes]]]:
        """Names and contents; the addresses are a file of their own."""
        sent: list[tuple[str, Iterable[bytes]]] = [
            (file.name or "", file.chunks()) for file in self.cleaned_data["file"]
        ]
        text = self.cleaned_data["addresses"]
        return [*sent, ("addresses.txt", [text.encode()])] if text else sent
