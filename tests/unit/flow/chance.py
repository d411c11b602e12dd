"""Commands and people by chance: mostly what fits the case, sometimes what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from referral_engine.lifecycle import referral_step, steps_of
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.issue import Issue, Reporter
from referral_engine.model.principal import ENGINE, Principal
from referral_engine.model.span import Span
from tests.unit.flow.play import by, to

__all__ = ["UNITS", "anybody", "commands", "entitled", "issue", "possible"]

UNITS = ("ecology", "police_100", "housing", "gas_company", "fire", "620922100",
         "620922100001001", "discipline", "centre", "human_resources")  # fmt: skip
TARGETS = tuple(to(u) for u in (*UNITS, "@grid", "@village", "@township", "@county", "@first"))
GROUNDS = ("outside_remit", "other_owner", "wrong_territory")
DAYS = (date(2026, 9, 1), date(2026, 10, 20), date(2027, 3, 31), date(2028, 6, 30))
OUTCOMES = ("solved", "solved", "solved", "explained", "deferred", "not_mediated", "mediated")
PEOPLE = (
    *(by("officer", unit) for unit in UNITS),
    by("grid_member", "620922100001001"),
    by("village_director", "620922100001"),
    by("dispatcher", "620922100"),
    by("township_director", "620922100", "t1001"),
    by("duty_leader", "centre", "p0002"),
    by("county_leader", "centre", "p0001"),
    by("reviewer", "centre"),
    by("callback_officer", "centre"),
    by("sealed_contact", "discipline"),
    by("administrator", "centre"),
    by("auditor", "centre"),
    by("dispatcher", "620922101"),
    ENGINE,
)
ISSUES: tuple[dict[str, Any], ...] = (
    {"category": "M04", "text": "隔壁太吵，睡不着觉"},
    {"category": "S03", "text": "楼道里有燃气味道"},
    {"category": "D02", "text": "院墙的事情说不清"},
    {"category": "M01", "text": "垃圾没有人收"},
    {"category": "X02", "text": "举报镇里的人", "accused": ("620922100",)},
    {"category": "X03", "text": "法院判得不对"},
    {"category": "Q01", "text": "想问一个问题"},
    {"category": "D01", "text": "家暴，请快来"},
    {"category": "P05", "text": "人脸被拍到了", "accused": ("police_100",)},
    {"category": "D10", "text": "工资没有发", "people": 30},
)
# Drawn once in this many times, so that most cases live long and get far.
SELDOM = dict.fromkeys(
    ["late_answer", "letter_delivered", "call_failed", "send_letter", "confirm_deadlines", "tick",
     "enter", "raise", "rate", "add_party", "challenge", "consent", "settle", "step_up",
     "supervise", "handle_now", "hand_off", "stand_down", "whistle", "dispatch", "not_needed",
     "rework"], 5
) | {"withdraw": 30, "reject": 20, "redirect": 20, "merge": 20, "split": 30, "add_accused": 30,
     "preserve": 10, "end_preservation": 10, "anonymise": 10,
     "archive": 8, "exclude": 10, "object": 6, "designate": 3, "decline": 2}  # fmt: skip


def issue(rnd: Random, now: datetime) -> Issue:
    who = rnd.randrange(3)
    known = rnd.choice(ISSUES)
    reporter = Reporter(name=f"报告人{who}", phone=f"1000000900{who}", anonymous=rnd.random() < 0.2)
    return Issue("hotline", now, territory="620922100001001", reporter=reporter, **known)


def commands(rnd: Random, case: Case, others: list[str]) -> dict[str, Callable[[], c.Command]]:
    """How to make each command, with arguments that often fit this case."""
    pick = rnd.choice
    parties = [p.id for p in case.parties] or ["Y1"]
    meetings = ["", *(m.id for m in case.conferences if m.held_at is None)]

    def ref() -> str:
        open_ = [r.id for r in case.referrals if r.open]
        known = [r.id for r in case.referrals] or ["none"]
        return pick(open_) if open_ and rnd.random() < 0.9 else pick(known)

    def some() -> str:
        return pick(["", ref()])

    def moment() -> datetime:
        return (case.last_at or case.registered_at) + timedelta(days=pick([-1, 2, 20, 200]))

    def proposal() -> str:
        waiting = [p.id for p in case.proposals if p.state == "open"]
        return pick(waiting or [p.id for p in case.proposals] or ["none"])

    def yes(share: float = 0.8) -> bool:
        return rnd.random() < share

    def parts() -> tuple[c.Part, ...]:
        return tuple(c.Part(pick(TARGETS), required=yes(0.3)) for _ in range(rnd.randrange(3)))

    def pieces() -> tuple[Issue, ...]:
        return tuple(issue(rnd, case.received_at) for _ in range(rnd.randrange(3)))

    def maybe(make: Callable[[], Any]) -> Any:
        return make() if yes(0.5) else None

    return {
        "accept": lambda: c.Accept(pick(["", "M04", "X02"])),
        "reject": lambda: c.Reject(pick(GROUNDS)),
        "redirect": lambda: c.Redirect("litigation"),
        "exclude": lambda: c.Exclude(pick(GROUNDS)),
        "object": lambda: c.Object("no"),
        "withdraw": lambda: c.Withdraw("no more"),
        "dispatch": lambda: c.Dispatch(pick(TARGETS), parts()),
        "whistle": lambda: c.Whistle(
            pick(["routine", "joint", "emergency"]), maybe(lambda: pick(TARGETS)), parts()
        ),
        "stand_down": lambda: c.StandDown({pick(UNITS): pick([0, 3, 5])} if yes(0.3) else {}),
        "designate": lambda: c.Designate(pick(TARGETS), pick(GROUNDS)),
        "step_up": lambda: c.StepUp("more", maybe(lambda: pick(TARGETS))),
        "supervise": lambda: c.Supervise(some()),
        "confer": lambda: c.Confer(
            tuple(pick(TARGETS) for _ in range(rnd.randrange(3))), maybe(moment), pick(meetings),
            "minutes", maybe(lambda: pick(TARGETS)),
        ),
        "claim": lambda: c.Claim(ref()),
        "contact": lambda: c.Contact(ref()),
        "arrive": lambda: c.Arrive(ref()),
        "decline": lambda: c.Decline(ref(), pick(GROUNDS), pick(["", *UNITS])),
        "not_needed": lambda: c.NotNeeded(ref()),
        "progress": lambda: c.Progress(ref(), "w", "s", pick(["", "mediate", "claim"]),
                                       pick(["", "initial", "final"])),
        "report": lambda: c.Report(ref(), "done", pick(OUTCOMES),
                                   review_on=maybe(lambda: pick(DAYS))),
        "handle_now": lambda: c.HandleNow("done", some()),
        "hand_off": lambda: c.HandOff("110", "1", "x", some()),
        "transfer": lambda: c.Transfer(ref(), pick(TARGETS)),
        "extend": lambda: c.Extend(pick([Span(1, "wd"), Span(3, "d"), Span(30, "m")]), "x",
                                   some(), pick(["report", "answer", "claim"])),
        "hold": lambda: c.Hold("x", moment(), some()),
        "resume": lambda: c.Resume(some()),
        "add_party": lambda: c.AddParty(pick(["party", "representative"]), "n", "p",
                                        rnd.randrange(4)),
        "consent": lambda: c.Consent(pick(parties), yes()),
        "challenge": lambda: c.Challenge(ref(), pick(PEOPLE).id),
        "agree": lambda: c.Agree(ref(), "t", yes(0.5),
                                 tuple(pick(DAYS) for _ in range(rnd.randrange(3)))),
        "settle": lambda: c.Settle(pick(["", pick(parties)]), pick(["", "perform", "confirm"])),
        "review": lambda: c.Review(yes()),
        "call_back": lambda: c.CallBack(yes(), pick(["yes", "partly", "no"]), pick([0, 1, 5, 6]),
                                        party=pick(["", "", pick(parties)])),
        "rate": lambda: c.Rate(yes(), pick(["yes", "partly", "no"]), pick([0, 1, 3, 5])),
        "rework": lambda: c.Rework("again"),
        "defer": lambda: c.Defer(pick(DAYS), "money"),
        "close": c.Close,
        "archive": c.Archive,
        "merge": lambda: c.Merge(pick([*others, "nowhere"])),
        "unmerge": lambda: c.Unmerge("apart"),
        "split": lambda: c.Split(pieces(), "x", yes(0.5)),
        "add_accused": lambda: c.AddAccused(
            tuple(pick([*UNITS, "person:t1001"]) for _ in range(rnd.randrange(3)))
        ),
        "sign": lambda: c.Sign(proposal(), yes()),
        "enter": lambda: c.Enter(ref(), "pingan", pick(["P1", "P2"])),
        "send_letter": lambda: c.SendLetter("notice", "reporter", "words"),
        "letter_delivered": lambda: c.LetterDelivered("L1"),
        "raise": lambda: c.Raise("manual"),
        "call_failed": lambda: c.CallFailed(ref(), "offered", "hung"),
        "late_answer": lambda: c.LateAnswer(ref(), "work", "late"),
        "tick": c.Tick,
        "preserve": lambda: c.Preserve("a suit"),
        "end_preservation": lambda: c.EndPreservation("it is over"),
        "anonymise": lambda: c.Anonymise("ordinary"),
        "confirm_deadlines": c.ConfirmDeadlines,
    }  # fmt: skip


def possible(rnd: Random, case: Case, known: dict[str, Any]) -> str:
    """A command that the life cycle has a row for in this state."""
    fits = [n for n in known if any(case.state in step.states for step in steps_of(n))]
    while rnd.randrange(SELDOM.get(name := rnd.choice(fits), 1)):
        pass
    return name


def anybody(rnd: Random, case: Case) -> Principal:
    near = [Principal(case.reporter, ("reporter",)), by("duty_leader", case.holder)]
    near += [by("officer", r.station) for r in case.referrals if r.open]
    return rnd.choice([*near, *near, *PEOPLE])


def entitled(rnd: Random, case: Case, name: str, command: c.Command) -> Principal:
    """Somebody who, as far as role and unit go, may well give this command."""
    roles = [role for step in steps_of(name) if case.state in step.states for role in step.roles]
    if case.sealed and "sealed_contact" in roles and rnd.random() < 0.7:
        roles = ["sealed_contact"]
    if isinstance(command, c.Sign):
        wanted = next((p.roles for p in case.proposals if p.id == command.proposal), ())
        roles = [role for role in roles if role in wanted] or roles
    role = rnd.choice(roles)
    if role == "reporter":
        return Principal(case.reporter, ("reporter",))
    if role == "engine":
        return ENGINE
    referral = case.referral(getattr(command, "referral", "")) or case.lead()
    unit = referral.station if referral is not None and referral_step(name) else case.holder
    if role in ("reviewer", "callback_officer"):
        unit = rnd.choice([case.holder, "centre"])
    return Principal(f"{role}@{unit}/{rnd.choice('abc')}", (role,), unit)
