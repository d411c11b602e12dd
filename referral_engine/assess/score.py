"""First-dispatch accuracy of rules on recorded referrals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.importers import Mapping, Row
from referral_engine.importers.mapping import comparable
from referral_engine.model.referral import Referral
from referral_engine.org import Org
from referral_engine.rules.tree import RuleSet
from referral_engine.trial.preview import Preview

__all__ = ["Score", "Tally", "score"]


class Tally(msgspec.Struct):
    """``accuracy`` is correct of total; None where there is nothing to divide by."""

    total: int = 0
    covered: int = 0
    correct: int = 0

    @property
    def accuracy(self) -> float | None:
        return round(self.correct / self.total, 4) if self.total else None

    def add(self, *, covered: bool, correct: bool) -> None:
        self.total += 1
        self.covered += covered
        self.correct += correct


class Score(msgspec.Struct):
    """``by_department`` is keyed by the recorded answer as it is compared; empty: none recorded,
    which no lead can be right about.

    ``covered``   decided by a rule, not by the default
    ``left_out``  rows that are no issue; they are in no other figure
    """

    whole: Tally
    by_department: dict[str, Tally]
    left_out: int = 0


def score(
    rows: Iterable[Row], column: str, mapping: Mapping, preview: Preview, rules: RuleSet
) -> Score:
    """Decides each row as production would, and compares the lead with the recorded answer.

    Right is the answer that names the lead's department or its station, by id or by name, both
    compared as the mapping's ``truth`` says. Raises Refused where it has no such column.
    """
    truth = mapping.truth_column(column)
    if truth is None:
        known = ", ".join(each.column for each in mapping.truth) or "–"
        raise Refused(
            "NO_TRUTH",
            _("The mapping has no truth column {column}.").format(column=column),
            _("Declare it under `truth:`; there are: {known}.").format(known=known),
        )
    defaults = {table.default.id for table in rules.routing if table.default}
    made = Score(Tally(), {})
    for row in rows:
        recorded = row.truth.get(column, "")
        if row.issue is None:
            made.left_out += 1
            continue
        case = preview.resolve(row.issue).case
        lead = case.lead()
        names = set(_names(lead, preview.workspace.org)) if lead else set()
        right = recorded != "" and recorded in {comparable(truth.normalise, n) for n in names}
        for tally in (made.whole, made.by_department.setdefault(recorded, Tally())):
            tally.add(covered=case.rule not in defaults, correct=right)
    return made


def _names(lead: Referral, org: Org) -> Iterator[str]:
    """By what a recorded answer may mean the unit that leads; a rule may have named the station."""
    for id in dict.fromkeys((*lead.units, org.department(lead.unit))):
        yield id
        unit = org.unit(id)
        if unit is not None:
            yield unit.name
