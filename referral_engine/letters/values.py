"""What a letter may say of its case: every value by the name that templates use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import NamedTuple

from referral_engine.i18n import gettext_noop
from referral_engine.model import event as e
from referral_engine.model.case import Case
from referral_engine.model.issue import Issue
from referral_engine.org import Org
from referral_engine.rules import vocabulary

__all__ = ["VALUES", "Source", "values_of"]

VALUES = {
    "addressee": gettext_noop("whom the letter is for, by name"),
    "centre": gettext_noop("the centre that holds the case"),
    "county": gettext_noop("the county, as config.yaml names it"),
    "code": gettext_noop("the case's code"),
    "today": gettext_noop("the day the letter is written"),
    "received": gettext_noop("the day the issue came in"),
    "channel": gettext_noop("how it came in"),
    "category": gettext_noop("its category, by name"),
    "place": gettext_noop("its territory, by name"),
    "title": gettext_noop("its title"),
    "text": gettext_noop("its text"),
    "reporter": gettext_noop("the reporter's name; 反映人 where there is none"),
    "whistle": gettext_noop("which whistle is blown; empty: none"),
    "lead": gettext_noop("the unit in charge, by name; empty: none"),
    "supports": gettext_noop("the units that support it, by name"),
    "claim_by": gettext_noop("until when the lead claims; empty: no such clock runs"),
    "report_by": gettext_noop("until when the lead reports; empty: no such clock runs"),
    "answer_by": gettext_noop("until when the reporter is answered; empty: no such clock runs"),
    "declined_by": gettext_noop("the unit that declined last, by name"),
    "declined_ground": gettext_noop("on what ground"),
    "designated": gettext_noop("the unit designated last, by name"),
    "result": gettext_noop("what the lead reported last"),
    "outcome": gettext_noop("the outcome, in words"),
    "satisfied": gettext_noop("what the call back came to, in words; empty: none yet"),
    "members": gettext_noop("the members of the last conference, by name"),
    "agenda": gettext_noop("what it was about"),
    "form": gettext_noop("what its members met for: to confer, receive, mediate or supervise"),
    "met": gettext_noop("the day it was held"),
    "minutes": gettext_noop("its minutes"),
    "decided": gettext_noop("the units that it decided on, the lead first, by name; empty: none"),
}
"""Each name with its meaning. All are text, empty where the case has none."""

_FALLBACK = "反映人"


class Source(NamedTuple):
    """A case as the letter's writer may see it. ``events`` in order, ``content`` by reference,
    ``categories`` the names by code, ``now`` UTC.
    """

    case: Case
    issue: Issue | None
    events: Iterable[e.Event]
    content: Mapping[str, str]
    org: Org
    categories: Mapping[str, str]
    county: str
    zone: tzinfo
    now: datetime


def values_of(source: Source, to: str) -> dict[str, str]:
    """A text for each of `VALUES`; `to` is a unit's id, or ``reporter``."""
    case, org = source.case, source.org
    reporter = (source.issue.reporter.name if source.issue else "") or _FALLBACK
    lead = case.lead()
    supports = [r.unit_name for r in case.referrals if r.role == "support" and r.open]
    return {
        "addressee": reporter if to == "reporter" else _name(org, to),
        "centre": _name(org, case.holder),
        "county": source.county,
        "code": case.code,
        "today": _day(source.now, source.zone),
        "received": _day(case.received_at, source.zone),
        "channel": vocabulary.CHANNELS.get(case.channel, case.channel),
        "category": source.categories.get(case.category, case.category),
        "place": _place(org, case.territory),
        "title": source.issue.title if source.issue else "",
        "text": source.issue.text if source.issue else "",
        "reporter": reporter,
        "whistle": vocabulary.WHISTLES.get(case.whistle, ""),
        "lead": lead.unit_name if lead else "",
        "supports": "、".join(supports),
        "outcome": vocabulary.OUTCOMES.get(case.outcome, ""),
        "satisfied": vocabulary.CALLBACKS.get(case.call_back, ""),
        **_clocks(case, source.zone),
        **_told(source),
    }


def _clocks(case: Case, zone: tzinfo) -> dict[str, str]:
    lead = case.lead()
    of = {"claim": lead and lead.id, "report": lead and lead.id, "answer": ""}
    found = dict.fromkeys((f"{name}_by" for name in of), "")
    for each in case.deadlines:
        if each.due is not None and each.state == "running" and each.referral == of.get(each.name):
            found[f"{each.name}_by"] = f"{_day(each.due, zone)}{each.due.astimezone(zone):%H时%M分}"
    return found


def _told(source: Source) -> dict[str, str]:
    """What the events say; of several of a kind the last counts."""
    org, words = source.org, source.content
    found = dict.fromkeys(
        ("declined_by", "declined_ground", "designated", "result", "members", "agenda", "form",
         "met", "minutes", "decided"), "",
    )  # fmt: skip
    for event in source.events:
        match event.body:
            case e.Declined(unit=unit, ground=ground):
                found["declined_by"] = _name(org, unit)
                found["declined_ground"] = vocabulary.GROUNDS.get(ground, ground)
            case e.Designated(unit=unit):
                found["designated"] = _name(org, unit)
            case e.Reported(text_ref=ref):
                found["result"] = words.get(ref, "")
            case e.ConferenceCalled(conference=conference):
                found["agenda"] = words.get(conference.agenda, "")
                found["form"] = vocabulary.CONFERENCES[conference.form]
                found["members"] = "、".join(_name(org, unit) for unit in conference.members)
            case e.ConferenceHeld(minutes=ref, lead=lead, supports=supports):
                found["met"] = _day(event.happened_at, source.zone)
                found["minutes"] = words.get(ref, "")
                bound = filter(None, (lead, *supports))
                found["decided"] = "、".join(_name(org, unit) for unit in bound)
    return found


def _day(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.year}年{local.month}月{local.day}日"


def _name(org: Org, unit: str) -> str:
    known = org.unit(unit)
    return known.name if known else unit


def _place(org: Org, code: str) -> str:
    known = org.territory(code)
    return known.name if known else code
