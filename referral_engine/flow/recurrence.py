"""What came before: near-duplicates are linked, a third recurrence names a problem (症结)."""

from __future__ import annotations

from msgspec.structs import replace

from referral_engine.flow.draft import Draft
from referral_engine.model import event as e
from referral_engine.model.command import Absorb, Link, MarkRecurred, Release

__all__ = ["absorb", "link", "mark_recurred", "recall", "recall_own", "release"]

TWIN = "near_duplicate"
EARLIER = "same_problem"
OWN = "related"


def recall(draft: Draft) -> None:
    """At registration: links to twins, the problem it repeats.

    Sealed cases are never linked, neither from here nor from there.
    """
    if draft.case.sealed:
        return
    for twin in draft.facts.twins:
        if twin.code in draft.case.links:
            continue
        draft.record(e.Linked(twin.code, TWIN), engine=True)
        draft.follow(twin.code, Link(draft.code, TWIN), f"link/{twin.code}")
    _problem(draft)


def recall_own(draft: Draft) -> None:
    """Where a rule asks for it: the reporter's own earlier cases, so that nothing is told twice.
    Sealed ones are never among them, and a sealed case is joined to none."""
    if draft.case.sealed:
        return
    for earlier in draft.facts.own:
        if earlier.code not in draft.case.links:
            draft.record(e.Linked(earlier.code, OWN), engine=True)
            draft.follow(earlier.code, Link(draft.code, OWN), f"link/{earlier.code}")


def _problem(draft: Draft) -> None:
    """The same trouble at one place again: a county owner, and earlier closures marked."""
    past = draft.facts.past
    window = draft.policy.recurrence.elapsed()
    recent = [p for p in past if draft.case.received_at - p.received_at <= window]
    times = len(recent) + 1
    if not draft.facts.problem or times < draft.policy.recurrence_times:
        return
    county = draft.county()
    leader = draft.org.leader(draft.case.territory, "county", frozenset(draft.case.barred))
    named = e.ProblemNamed(draft.facts.problem, county, times, leader.id if leader else "")
    draft.record(named, engine=True)
    draft.tell(county, "problem_named", problem=draft.facts.problem, times=str(times))
    for earlier in past:
        draft.record(e.Linked(earlier.code, EARLIER), engine=True)
        back = MarkRecurred(draft.code, draft.facts.problem)
        follow = back if earlier.closed else Link(draft.code, EARLIER)
        draft.follow(earlier.code, follow, f"recurred/{earlier.code}")


def link(draft: Draft, command: Link) -> None:
    """The other end of a link; a case sealed meanwhile stays without it."""
    if not draft.case.sealed and command.code not in draft.case.links:
        draft.record(e.Linked(command.code, command.relation))


def mark_recurred(draft: Draft, command: MarkRecurred) -> None:
    draft.record(e.Recurred(command.code, command.problem))


def absorb(draft: Draft, command: Absorb) -> None:
    """Follow-up of a merge: this case now answers both reporters, by the earlier deadline."""
    draft.record(e.Absorbed(command.code, command.reporter))
    _take_deadline(draft, command)
    draft.tell("reporter", "merged", code=command.code)


def _take_deadline(draft: Draft, command: Absorb) -> None:
    mine = next((d for d in draft.case.deadlines if d.name == "answer" and d.open), None)
    due = command.answer_by
    if due is None or mine is None or mine.due is None or mine.due <= due:
        return
    marks = tuple(replace(m, at=due) if m.share == 1.0 else m for m in mine.marks)
    earlier = tuple(m for m in marks if m.fired or m.share >= 1.0 or m.at <= due)
    draft.record(e.ClockChanged(replace(mine, due=due, marks=earlier), "merged"))


def release(draft: Draft, command: Release) -> None:
    draft.record(e.Released(command.code, command.reporter))
