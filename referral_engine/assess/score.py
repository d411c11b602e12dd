"""First-dispatch accuracy of rules on recorded referrals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from referral_engine.importers import Mapping, Row
from referral_engine.importers.mapping import comparable
from referral_engine.importers.truth import declared_truth
from referral_engine.model.case import Case
from referral_engine.model.event import Decided
from referral_engine.org import Org
from referral_engine.rules.tree import RuleSet
from referral_engine.trial.preview import Preview, decision_of

__all__ = ["Score", "Sureness", "Tally", "score"]

_SUREST = 0.3


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


class Sureness(msgspec.Struct):
    """What suggestions were worth: whether the answer was among the best three, and how right the
    first choice was by the share the rule gave it.

    ``learnt`` is whether any rule gave shares. A rule that gives none is as sure as its writer,
    1; the default is 0. Of equally sure ones the earlier row counts as surer.
    """

    within_three: int = 0
    learnt: bool = False
    judged: list[tuple[float, bool]] = msgspec.field(default_factory=list)

    def add(self, share: float, *, first: bool, three: bool) -> None:
        self.judged.append((share, first))
        self.within_three += three

    @property
    def top3(self) -> float | None:
        return round(self.within_three / len(self.judged), 4) if self.judged else None

    @property
    def surest_30(self) -> float | None:
        """Accuracy of the 30 % surest rows; None where that is not one row."""
        count = int(len(self.judged) * _SUREST)
        surest = sorted(self.judged, key=lambda each: -each[0])[:count]
        return round(sum(right for _share, right in surest) / count, 4) if count else None


class Score(msgspec.Struct):
    """``by_department`` is keyed by the recorded answer as it is compared; empty: none recorded,
    which no lead can be right about.

    ``covered``   decided by a rule, not by the default
    ``left_out``  rows that are no issue; they are in no other figure
    """

    whole: Tally
    by_department: dict[str, Tally]
    left_out: int = 0
    sureness: Sureness = msgspec.field(default_factory=Sureness)


def score(
    rows: Iterable[Row], column: str, mapping: Mapping, preview: Preview, rules: RuleSet
) -> Score:
    """Decides each row as production would, and compares the lead with the recorded answer; where
    the case is left to the dispatcher, the unit suggested first.

    Right is the answer that names the lead's department or its station, by id or by name, both
    compared as the mapping's ``truth`` says. Raises Refused where it has no such column.
    """
    truth = declared_truth(mapping, column)
    defaults = {table.default.id for table in rules.routing if table.default}
    made = Score(Tally(), {})
    for row in rows:
        recorded = row.truth.get(column, "")
        if row.issue is None:
            made.left_out += 1
            continue
        resolution = preview.resolve(row.issue)
        case, decided = resolution.case, decision_of(resolution)
        choices = [
            recorded != "" and recorded in {comparable(truth.normalise, name) for name in names}
            for names in _choices(case, decided, preview.workspace.org)
        ]
        first, covered = any(choices[:1]), case.rule not in defaults
        for tally in (made.whole, made.by_department.setdefault(recorded, Tally())):
            tally.add(covered=covered, correct=first)
        made.sureness.learnt |= bool(decided.suggested)
        share = decided.suggested[0][1] if decided.suggested else float(covered)
        made.sureness.add(share, first=first, three=any(choices[:3]))
    return made


def _choices(case: Case, decided: Decided, org: Org) -> Iterator[set[str]]:
    """Each choice by what a recorded answer may call it, the lead first; a rule may have named
    the station."""
    lead = case.lead()
    units = [(lead.unit, lead.station)] if lead else []
    suggested = [(unit, org.station(unit, case.territory)) for unit, _share in decided.suggested]
    for pair in dict.fromkeys([*units, *suggested]):
        ids = {*pair, org.department(pair[0])}
        yield ids | {unit.name for id in ids if (unit := org.unit(id)) is not None}
