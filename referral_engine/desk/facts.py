"""Reading the facts of a decision from the store, before it is made."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
from rapidfuzz import fuzz

from referral_engine.flow.draft import Setting
from referral_engine.flow.facts import Facts, Past, Twin
from referral_engine.flow.intake import ISSUE
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.issue import Issue, Location
from referral_engine.rules.runtime import ActiveRules
from referral_engine.rules.subject import Subject
from referral_engine.rules.text import normalise
from referral_engine.rules.tree import Repeats
from referral_engine.store import Reader, Store

__all__ = ["Matter", "facts_for", "facts_of_intake", "matter_of", "reporter_key"]

_EVER = datetime.max.replace(tzinfo=UTC)
_NEEDS_WORDS = (c.Accept,)
_LOOK_BACK = timedelta(days=200)
"""Half a year and a little: so far back a problem's earlier cases are joined to it."""
_OWN_BACK = timedelta(days=1095)
"""Three years: so far back a reporter's own earlier cases are joined to a new one."""
_LEAST_TEXT = 6
"""Characters below which two texts alike mean nothing."""


class _Told(NamedTuple):
    """What near-duplicates are known by, in the form in which it is compared."""

    words: str = ""
    address: str = ""


class Matter(NamedTuple):
    """What of an issue its like are found by, under these rules."""

    rules: ActiveRules
    issue: Issue
    reporter: str
    """The keyed digest; empty where nobody is known."""
    told: _Told
    questions: tuple[Repeats, ...]


def matter_of(store: Store, setting: Setting, issue: Issue) -> Matter:
    """Read once, asked of history as often as need be."""
    subject = Subject.from_issue(issue, setting.rules.fields)
    return Matter(
        setting.rules, issue, store.digest(reporter_key(issue)),
        _Told(_words(issue.text), _address(issue.location)),
        setting.rules.router.questions(subject),
    )  # fmt: skip


def facts_for(
    store: Store, reader: Reader, setting: Setting, case: Case, request: c.Request
) -> Facts:
    """The facts this command on a case may use, as of one view of the store."""
    command = request.command
    facts = Facts(downtime=_downtime(reader, case))
    if isinstance(command, _NEEDS_WORDS):
        issue = _issue(reader, case.code)
        if issue is not None:
            matter = matter_of(store, setting, issue)
            answers, own = _answers(reader, matter), _own(reader, matter)
            facts = msgspec.structs.replace(facts, issue=issue, answers=answers, own=own)
    if isinstance(command, c.Merge):
        other = reader.load(command.into)
        known = None if other is None or other.case.sealed else other.case
        state = None if known is None else ("over" if known.over else "open")
        facts = msgspec.structs.replace(facts, other=state)
    return facts


def facts_of_intake(reader: Reader, setting: Setting, matter: Matter) -> Facts:
    """The facts of a registration; what it asks of history it asks whatever the answers are."""
    twins, incident = _alike(reader, setting, matter)
    past = _past(reader, setting, matter.issue)
    return Facts(
        answers=_answers(reader, matter),
        own=_own(reader, matter),
        twins=twins,
        past=past,
        problem=_problem(matter.issue) if past else "",
        incident=incident,
        issue=matter.issue,
        reporter=matter.reporter,
    )


def reporter_key(issue: Issue) -> str:
    """What makes two reports one reporter's; empty if unknown."""
    return issue.reporter.key


def _answers(reader: Reader, matter: Matter) -> dict[str, int]:
    """Answers to the rules' history questions; this issue itself counts as one."""
    issue, found = matter.issue, {}
    values = {
        "category": issue.category,
        "territory": issue.territory,
        "channel": issue.channel,
        "reporter": matter.reporter,
    }
    for question in matter.questions:
        since = issue.received_at - question.within.elapsed()
        count = reader.repeats(question.same, values, since, issue.received_at)
        found[question.key] = count + 1
    return found


def _own(reader: Reader, matter: Matter) -> tuple[Past, ...]:
    """The reporter's own earlier cases of the subject, where the rules join a case to them. No
    rule can ask how many there are."""
    issue = matter.issue
    if not matter.rules.joins_own or not issue.category or issue.accused:
        return ()
    found = reader.own_history(
        category=issue.category, reporter=matter.reporter,
        since=issue.received_at - _OWN_BACK, until=issue.received_at,
    )  # fmt: skip
    return tuple(Past(p.code, p.received_at, p.closed) for p in found)


def _alike(reader: Reader, setting: Setting, matter: Matter) -> tuple[tuple[Twin, ...], str]:
    """Near-duplicates by text or address, and the incident that cases of this kind and place
    belong to. A category and a village alone make no near-duplicate.
    """
    issue, own = matter.issue, matter.told
    if not (issue.territory and issue.category) or issue.accused or own == _Told():
        return (), ""
    candidates = reader.near_candidates(
        category=issue.category, territory=issue.territory, around=issue.received_at,
        within=setting.policy.twin_window.elapsed(),
    )  # fmt: skip
    least = setting.policy.twin_likeness
    alike = ((c.code, _likeness(own, c.content.get(ISSUE), least)) for c in candidates)
    twins = tuple(Twin(code, round(likeness, 1)) for code, likeness in alike if likeness >= least)
    day = timedelta(days=1)
    near = (c.incident for c in candidates if abs(c.received_at - issue.received_at) <= day)
    return twins, next((incident for incident in near if incident), "")


class _Part(msgspec.Struct):
    """Of an issue in store what `_Told` needs: reading all of it takes longer than comparing."""

    text: str = ""
    location: Location | None = None


_part = msgspec.json.Decoder(_Part)


def _likeness(own: _Told, stored: str | None, least: float) -> float:
    """How alike two issues are, 0 to 100: in words where both have them, else in address. One that
    is below `least` may be told as 0: it takes less to see that it is than how far.
    """
    if stored is None:
        return 0.0
    other = _part.decode(stored)
    if own.words and (theirs := _words(other.text)):
        sets = fuzz.token_set_ratio(own.words, theirs, score_cutoff=least)
        return max(sets, fuzz.ratio(own.words, theirs, score_cutoff=max(sets, least)))
    return 100.0 if own.address and own.address == _address(other.location) else 0.0


def _past(reader: Reader, setting: Setting, issue: Issue) -> tuple[Past, ...]:
    """Earlier cases of the same subject at the same place; a place is a grid or finer.

    A whole village or street has many cases of one kind without one being the other again.
    """
    place = setting.org.territory(issue.territory)
    if place is None or place.level not in _PLACES or not issue.category or issue.accused:
        return ()
    found = reader.problem_history(
        category=issue.category, territory=issue.territory,
        since=issue.received_at - _LOOK_BACK, until=issue.received_at,
    )  # fmt: skip
    return tuple(Past(p.code, p.received_at, p.closed) for p in found)


_PLACES = ("grid", "group", "building", "household")


def _problem(issue: Issue) -> str:
    """The same place and subject are always the same problem."""
    digest = hashlib.sha256(f"{issue.category}|{issue.territory}".encode()).hexdigest()
    return f"S{digest[:12]}"


def _words(text: str) -> str:
    """The reporter's words; empty where they are too few to tell one matter from another."""
    words = normalise(text).strip()
    return words if len(words) >= _LEAST_TEXT else ""


def _address(location: Location | None) -> str:
    return normalise(location.address).strip() if location else ""


def _issue(reader: Reader, code: str) -> Issue | None:
    stored = reader.content(code, (ISSUE,)).get(ISSUE)
    return None if stored is None else msgspec.json.decode(stored, type=Issue)


def _downtime(reader: Reader, case: Case) -> tuple[tuple[datetime, datetime], ...]:
    """Intervals without the engine over every mark of the case's open clocks."""
    # No clock of it ends before it came in. Mostly there was none, and no mark need be looked at.
    if not reader.downtime(min(case.received_at, case.registered_at), _EVER):
        return ()
    open_ = [d for d in case.deadlines if d.open]
    moments = [mark.at for d in open_ for mark in d.marks if not mark.fired]
    moments += [d.due for d in open_ if d.due is not None]
    if not moments:
        return ()
    return tuple(reader.downtime(min(moments), max(moments)))
