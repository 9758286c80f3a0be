"""What tasks show as one picture, for the check of nearly equal pictures."""

from __future__ import annotations

import zlib

import numpy as np

from apps.annotations.actions.media import names_in, pictures_of, shows_pictures
from apps.annotations.displays import displays
from apps.core.json import canonical
from apps.projects.models import Project
from apps.quality.actions.answers_read import Answers
from apps.quality.checks.alike_pictures import WIDTH, Pictures
from apps.tasks.actions.gists import gists_of
from apps.tasks.models import Task

# Of more the first.
MOST_PICTURES = 200_000
BATCH = 200


def read_pictures(project: Project, answers: Answers) -> tuple[Pictures | None, list[str]]:
    """One row for each number of the work's `content`, and in sentences what was left out; None where
    no field shows pictures. What shows several, or one that lies elsewhere, is compared with nothing."""
    if not shows_pictures(project):
        return None, []
    beside = [field["name"] for field in project.fields if not displays[field["display"]].has_files]
    numbers, places = np.unique(answers.work.content, return_index=True)
    places = places[:MOST_PICTURES]
    is_cut = numbers.size > MOST_PICTURES
    left_out = [f"All pictures but the first {MOST_PICTURES:,}."] if is_cut else []
    rows = np.zeros((numbers.size, WIDTH), np.uint8)
    group = np.zeros(numbers.size, np.int64)
    for at in range(0, places.size, BATCH):
        some = answers.tasks[places[at : at + BATCH]].tolist()
        data = dict(Task.objects.filter(pk__in=some).values_list("pk", "data"))
        shown = pictures_of(project, [data.get(task, {}) for task in some])
        # With another file, or one that lies elsewhere, the picture is not all that is shown.
        alone = [
            own if len(names_in(project, [data.get(task, {})])) == 1 else []
            for task, own in zip(some, shown, strict=True)
        ]
        gists = gists_of(own[0] for own in alone if len(own) == 1)
        for number, (task, own) in enumerate(zip(some, alone, strict=True), at):
            if len(own) == 1 and (gist := gists.get(own[0].pk)):
                rows[number] = np.frombuffer(gist, np.uint8)
                words = {name: data.get(task, {}).get(name) for name in beside}
                group[number] = zlib.crc32(canonical(words))
    return Pictures(rows, group), left_out
