"""The column of recorded answers that a command was told to use."""

from __future__ import annotations

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.importers.mapping import Mapping, Truth

__all__ = ["declared_truth"]


def declared_truth(mapping: Mapping, column: str) -> Truth:
    """What the mapping says of its truth column; raises Refused where it has none such."""
    truth = mapping.truth_column(column)
    if truth is None:
        known = ", ".join(each.column for each in mapping.truth) or "–"
        raise Refused(
            "NO_TRUTH",
            _("The mapping has no truth column {column}.").format(column=column),
            _("Declare it under `truth:`; there are: {known}.").format(known=known),
        )
    return truth
