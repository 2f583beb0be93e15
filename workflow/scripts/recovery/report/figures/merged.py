"""Implementations of the same prior as one method."""

from recovery.model.prior import Prior
from recovery.summaries.pairs import equal_pairs


def merged_labels(priors: dict[str, Prior], labels: dict[str, str]) -> dict[str, str]:
    """The labels without priors whose density is that of an earlier one.

    Their exact results are equal. The label of the prior that stays names them all, joined by
    ``=``.
    """
    merged = dict(labels)
    for prior, reference in equal_pairs(priors):
        # of three equal priors, the third has two references
        if prior in merged and reference in merged:
            merged[reference] += f" = {merged.pop(prior)}"
    return merged
