"""What the figures of relations and chains are called, and where they come from."""

from __future__ import annotations

LABELS = {
    "relation_f1": "F1 of relations",
    "relation_f1_given_ends": "F1 of relations between what both marked",
    "relation_f1_any_label": "F1 of relations, whatever their label",
    "b_cubed_f1": "B\u00b3",
    "muc_f1": "MUC",
    "ceaf_f1": "CEAF",
}
_F1 = (
    "Hripcsak, G., Rothschild, A. S. (2005). Agreement, the F-measure, and reliability in "
    "information retrieval. Journal of the American Medical Informatics Association 12(3)."
)
REFERENCES = {
    **dict.fromkeys(("relation_f1", "relation_f1_given_ends", "relation_f1_any_label"), _F1),
    "b_cubed_f1": (
        "Bagga, A., Baldwin, B. (1998). Algorithms for scoring coreference chains. LREC workshop on "
        "linguistic coreference."
    ),
    "muc_f1": (
        "Vilain, M., et al. (1995). A model-theoretic coreference scoring scheme. Sixth Message "
        "Understanding Conference."
    ),
    "ceaf_f1": "Luo, X. (2005). On coreference resolution performance metrics. HLT/EMNLP.",
}
