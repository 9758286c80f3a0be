"""How far several people's answers agree: one file per measure, numbers in, a Figure out.

>>> from apps.agreement.measures import Patterns, measures
>>> data = Patterns.from_matrix([[1, 1, 2, 2], [1, 1, 2, 1]])  # raters x units
>>> round(measures["krippendorff_alpha"](data, level="nominal").value, 4)
0.5333
"""

from apps.agreement.measures.base import Measure
from apps.agreement.measures.between import Distances, distances
from apps.agreement.measures.bradley_terry import Preferences, bradley_terry
from apps.agreement.measures.by_object import ObjectMeasure
from apps.agreement.measures.by_rater import RaterMeasure
from apps.agreement.measures.compared import Compared, pairs_to_compare
from apps.agreement.measures.designs import Design, Designs, designs
from apps.agreement.measures.difference import Difference, difference
from apps.agreement.measures.distances import LevelError
from apps.agreement.measures.distributions import alike_within, ks, sigma
from apps.agreement.measures.effects import Effects, effects
from apps.agreement.measures.figure import Figure, Reason
from apps.agreement.measures.groups import Groups
from apps.agreement.measures.labels import per_label
from apps.agreement.measures.longform import DuplicateRating, LongForm
from apps.agreement.measures.moments import Moments
from apps.agreement.measures.object_effects import (
    object_effects,
    object_outlook,
    per_object_label,
)
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.paired import Paired, paired_difference
from apps.agreement.measures.pairwise import pairwise
from apps.agreement.measures.paradox import SideBySide, paradox
from apps.agreement.measures.patterns import Patterns
from apps.agreement.measures.power import Outlook, outlook
from apps.agreement.measures.rated import Rated
from apps.agreement.measures.relations import Relations, relation_f1
from apps.agreement.measures.segments import Segments
from apps.agreement.measures.shapes import Boxes, Outlines, Skeletons, Tubes
from apps.agreement.measures.slices import (
    SliceDifference,
    benjamini_hochberg,
    slice_differences,
)
from apps.agreement.measures.tabulate import tabulate
from apps.core.registry import Registry

measures = Registry("apps.agreement.measures", Measure)
rater_measures = Registry("apps.agreement.measures", RaterMeasure)
object_measures = Registry("apps.agreement.measures", ObjectMeasure)

__all__ = [
    "Boxes",
    "Compared",
    "Design",
    "Designs",
    "Difference",
    "Distances",
    "DuplicateRating",
    "Effects",
    "Figure",
    "Groups",
    "LevelError",
    "LongForm",
    "Measure",
    "Moments",
    "ObjectMeasure",
    "Objects",
    "Outlines",
    "Outlook",
    "Paired",
    "Patterns",
    "Preferences",
    "Rated",
    "RaterMeasure",
    "Reason",
    "Relations",
    "Segments",
    "SideBySide",
    "Skeletons",
    "SliceDifference",
    "Tubes",
    "alike_within",
    "benjamini_hochberg",
    "bradley_terry",
    "designs",
    "difference",
    "distances",
    "effects",
    "ks",
    "measures",
    "object_effects",
    "object_measures",
    "object_outlook",
    "outlook",
    "paired_difference",
    "pairs_to_compare",
    "pairwise",
    "paradox",
    "per_label",
    "per_object_label",
    "rater_measures",
    "relation_f1",
    "sigma",
    "slice_differences",
    "tabulate",
]
