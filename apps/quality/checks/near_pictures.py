"""Nearly the same picture, labelled differently."""

from __future__ import annotations

from apps.quality.checks.alike_pictures import picture_families
from apps.quality.checks.base import RATE, Check, Found, Work
from apps.quality.checks.near_duplicates import differing

LEAST = 0.99


class NearPictures(Check):
    """Tasks whose pictures are nearly alike (`alike_pictures.picture_families`), and whose most frequent
    answers differ. A rule with a stated threshold: no chance is in it.

    >>> import numpy as np
    >>> from apps.quality.checks import Asked
    >>> from apps.quality.checks.alike_pictures import WIDTH, Pictures
    >>> one, other = np.random.default_rng(0).integers(0, 255, (2, WIDTH))
    >>> asked = Asked(name="q", value=np.array([0, 1, 1]), words=("a", "b"),
    ...               is_allowed=np.array([True, True]))
    >>> work = Work(task=np.arange(3), person=np.zeros(3, int), round=np.zeros(3, int),
    ...             at=np.zeros(3), seconds=np.ones(3), content=np.arange(3), questions=(asked,),
    ...             pictures=Pictures(np.array([one, one // 2 * 2, other]).astype(np.uint8),
    ...                               np.zeros(3, int)))
    >>> [(found.tasks, found.words) for found in NearPictures().find(work)]
    [((0, 1), '2 tasks show nearly the same picture and are answered differently: a, b.')]
    """

    name = "near_pictures"
    label = "Nearly the same picture, different answers"
    summary = (
        f"Compares tasks of one picture each by light and dark in 16 x 16 points, which correlate by"
        f" {LEAST:.0%}, and by colour: the same picture in another size, format or under another name."
        " A small thing in a large picture it does not see, and two takes of one scene are the same to it."
    )
    is_test = False

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        if work.pictures is None:
            return []
        family = picture_families(work.pictures, LEAST)
        return [
            found for asked in work.questions for found in differing(work, asked, family, "picture")
        ]
