"""The life of a case as one table: in which states which command by which role is allowed.

The flow refuses whatever has no row here; docs/lifecycle.md and its diagram are generated from
it (``python -m referral_engine.lifecycle``). A command without ``to`` leaves the state as it is
or, where ``to`` has several, the flow chooses among them.
"""

from __future__ import annotations

from functools import cache

import msgspec

from referral_engine.model.principal import CENTRE_ROLES, Role

__all__ = [
    "DONE",
    "REFERRAL_STEPS",
    "SIGNATURES",
    "STEPS",
    "WORKING",
    "Need",
    "ReferralStep",
    "Step",
    "allows",
    "diagram",
    "roles_for",
    "steps_of",
]

OPEN = ("registered", "accepted", "assigned", "in_progress", "resolved", "reviewed", "called_back")
WORKING = ("accepted", "assigned", "in_progress")
DONE = ("resolved", "reviewed", "called_back")
OVER = ("closed", "archived", "rejected", "redirected", "merged", "split", "withdrawn")
ANY = OPEN + OVER

CENTRE = CENTRE_ROLES
FIELD: tuple[Role, ...] = ("grid_member", "village_director")
UNIT: tuple[Role, ...] = ("officer", "mediator", "grid_member", "village_director")
DIRECTING: tuple[Role, ...] = (*CENTRE, "sealed_contact")


class Step(msgspec.Struct, frozen=True):
    """One row: `command` by one of `roles` in one of `states` leads to one of `to`."""

    command: str
    states: tuple[str, ...]
    roles: tuple[Role, ...]
    to: tuple[str, ...] = ()


class ReferralStep(msgspec.Struct, frozen=True):
    command: str
    states: tuple[str, ...]
    to: str


class Need(msgspec.Struct, frozen=True):
    """How many different persons of which roles must sign before a proposal takes effect."""

    count: int
    roles: tuple[Role, ...]


STEPS: tuple[Step, ...] = (
    Step("accept", ("registered",), (*DIRECTING, *FIELD, "engine"), ("accepted", "assigned")),
    Step("reject", ("registered", "accepted"), (*DIRECTING, "engine"), ("rejected",)),
    Step("redirect", (*WORKING, "registered"), (*DIRECTING, "officer", "engine"), ("redirected",)),
    Step("exclude", ANY, ("dispatcher", "duty_leader")),
    Step("object", ("rejected", "redirected"), ("reporter",), ("accepted",)),
    # Putting the file away early must not cut short the time to object.
    Step("object", ("closed", "archived", "reviewed", "called_back"), ("reporter",),
         ("accepted", "assigned")),
    Step("withdraw", OPEN, ("reporter", *DIRECTING, *UNIT), ("withdrawn",)),
    Step("dispatch", WORKING, (*DIRECTING, *FIELD), ("assigned",)),
    Step("whistle", WORKING, (*DIRECTING, "village_director"), ("assigned", "in_progress")),
    Step("stand_down", OPEN, (*DIRECTING, "village_director")),
    Step("designate", WORKING, (*DIRECTING, "engine"), ("assigned",)),
    Step("step_up", OPEN, (*DIRECTING, *UNIT, "engine")),
    Step("supervise", WORKING, (*DIRECTING, "engine")),
    Step("confer", WORKING, (*DIRECTING, "engine"), ("assigned",)),
    Step("claim", WORKING, UNIT, ("in_progress",)),
    Step("contact", ("in_progress",), UNIT),
    Step("arrive", ("in_progress",), UNIT),
    Step("decline", WORKING, UNIT, ("accepted", "assigned", "in_progress")),
    Step("not_needed", WORKING, UNIT),
    Step("progress", ("in_progress",), UNIT),
    Step("enter", ANY, UNIT),
    Step("report", ("in_progress",), UNIT, ("resolved", "reviewed", "assigned")),
    # A support waits for no lead: it acts before the lead has claimed and, where it is required,
    # after the lead has reported. What the lead itself may do hangs on its referral.
    *(
        Step(command, (*states, *DONE), UNIT)
        for command, states in (
            ("claim", ()), ("decline", ()), ("not_needed", ()),
            ("contact", ("accepted", "assigned")), ("arrive", ("accepted", "assigned")),
            ("progress", ("accepted", "assigned")), ("report", ("accepted", "assigned")),
        )
    ),
    Step("handle_now", (*WORKING, "registered"), (*UNIT, *CENTRE), ("reviewed",)),
    Step("hand_off", (*WORKING, "registered"), (*UNIT, *CENTRE), ("in_progress",)),
    Step("transfer", ("in_progress",), UNIT, ("assigned",)),
    Step("extend", WORKING, (*UNIT, *DIRECTING)),
    Step("hold", WORKING, (*UNIT, *DIRECTING)),
    Step("resume", WORKING, (*UNIT, *DIRECTING)),
    Step("add_party", OPEN, (*DIRECTING, *UNIT)),
    Step("consent", WORKING, (*UNIT, *DIRECTING)),
    Step("challenge", WORKING, ("reporter", *UNIT, *DIRECTING)),
    Step("agree", ("in_progress",), ("mediator", "officer", "grid_member", "village_director")),
    Step("settle", (*OPEN, "closed", "archived"), (*UNIT, *DIRECTING), ("assigned",)),
    Step("review", ("resolved",), ("reviewer", "duty_leader", "sealed_contact"),
         ("reviewed", "in_progress")),
    Step("call_back", ("reviewed",), ("callback_officer", "duty_leader", "sealed_contact"),
         ("called_back", "assigned", "accepted")),
    # Somebody concerned beside the reporter, of a sample.
    Step("call_back", ("called_back",), ("callback_officer", "duty_leader", "sealed_contact"),
         ("assigned", "accepted")),
    Step("rate", ANY, ("reporter",), ("assigned", "accepted")),
    Step("rework", DONE, (*DIRECTING, "callback_officer", "reviewer"), ("assigned", "accepted")),
    Step("defer", WORKING, (*DIRECTING, "officer"), ("resolved",)),
    Step("close", ("reviewed", "called_back"), (*DIRECTING, "callback_officer"), ("closed",)),
    Step("archive", ("closed", "rejected", "redirected", "withdrawn"),
         (*DIRECTING, "administrator", "engine"), ("archived",)),
    Step("merge", WORKING, DIRECTING, ("merged",)),
    Step("unmerge", ("merged",), DIRECTING, ("accepted", "assigned", "in_progress")),
    Step("split", (*WORKING, "registered"), DIRECTING, ("split",)),
    Step("add_accused", OPEN, (*DIRECTING, *UNIT, "callback_officer", "engine"), ("accepted",)),
    Step("sign", ANY, (*DIRECTING, "reviewer", "reporter"),
         ("rejected", "redirected", "resolved", "reviewed", "withdrawn", "assigned")),
    Step("send_letter", ANY, (*DIRECTING, *UNIT)),
    Step("letter_delivered", ANY, (*DIRECTING, *UNIT, "engine")),
    Step("raise", WORKING, (*DIRECTING, "engine"), ("assigned",)),
    Step("migrate", OPEN, ("administrator", "duty_leader")),
    Step("preserve", ANY, (*DIRECTING, "administrator")),
    Step("end_preservation", ANY, (*DIRECTING, "administrator")),
    Step("anonymise", OVER, ("engine",)),
    Step("tick", ANY, ("engine",), ("accepted", "assigned", "archived")),
    *(
        Step(command, ANY, ("engine",))
        for command in (
            "absorb", "release", "pass_answer", "link", "mark_recurred", "confirm_deadlines",
            "late_answer", "call_failed",
        )
    ),
)  # fmt: skip

REFERRAL_STEPS: tuple[ReferralStep, ...] = (
    ReferralStep("claim", ("offered",), "claimed"),
    ReferralStep("decline", ("offered", "claimed"), "declined"),
    ReferralStep("not_needed", ("offered", "claimed"), "cancelled"),
    ReferralStep("contact", ("claimed",), "claimed"),
    ReferralStep("arrive", ("claimed",), "claimed"),
    ReferralStep("progress", ("claimed",), "claimed"),
    ReferralStep("report", ("claimed",), "reported"),
    ReferralStep("handle_now", ("offered", "claimed"), "reported"),
    ReferralStep("hand_off", ("offered", "claimed"), "claimed"),
    ReferralStep("transfer", ("claimed",), "transferred"),
    ReferralStep("agree", ("claimed",), "claimed"),
    ReferralStep("challenge", ("offered", "claimed"), "claimed"),
)

_LEADERS: tuple[Role, ...] = ("duty_leader", "county_leader", "township_director", "sealed_contact")
SIGNATURES: dict[str, Need] = {
    # domain.md §1b: no machine and no single hand does these.
    "reject": Need(1, _LEADERS),
    "redirect": Need(1, _LEADERS),
    "exclude": Need(2, _LEADERS),
    "defer": Need(2, _LEADERS),
    "explain": Need(2, _LEADERS),
    "recommend": Need(1, ("county_leader", "duty_leader")),
    "extend": Need(1, DIRECTING),
    "hold": Need(1, DIRECTING),
    "withdraw": Need(1, ("reporter",)),
}

_BY_COMMAND: dict[str, tuple[Step, ...]] = {}
for _step in STEPS:
    _BY_COMMAND[_step.command] = (*_BY_COMMAND.get(_step.command, ()), _step)
_BY_REFERRAL = {step.command: step for step in REFERRAL_STEPS}


def steps_of(command: str) -> tuple[Step, ...]:
    """The rows of a command; empty for one that no table knows."""
    return _BY_COMMAND.get(command, ())


def referral_step(command: str) -> ReferralStep | None:
    """What the command does to the referral it names; None when it does not touch its state."""
    return _BY_REFERRAL.get(command)


def allows(command: str, before: str, after: str) -> bool:
    """Whether the table lets this command lead from one state to the other."""
    return before == after or (before, after) in _led(command)


@cache
def _led(command: str) -> frozenset[tuple[str, str]]:
    return frozenset(
        (before, after) for step in steps_of(command) for before in step.states for after in step.to
    )


def roles_for(command: str) -> tuple[Role, ...]:
    """Everyone who may ask for it in some state."""
    return tuple(dict.fromkeys(role for step in steps_of(command) for role in step.roles))


def diagram() -> str:
    """The Mermaid state diagram of docs/lifecycle.md."""
    edges: dict[tuple[str, str], list[str]] = {}
    for step in STEPS:
        for source in step.states:
            for target in step.to:
                if source != target:
                    edges.setdefault((source, target), []).append(step.command)
    lines = ["stateDiagram-v2", "    [*] --> registered"]
    lines += [f"    {a} --> {b}: {', '.join(names)}" for (a, b), names in edges.items()]
    return "\n".join([*lines, "    archived --> [*]"])


def table() -> str:
    """The rows as Markdown, for docs/lifecycle.md."""
    lines = ["| command | in states | by | leads to |", "|---|---|---|---|"]
    for step in STEPS:
        cells = (" ".join(step.states), " ".join(step.roles), " ".join(step.to) or "–")
        lines.append(f"| `{step.command}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def page() -> str:
    """docs/lifecycle.md, whole."""
    return (
        "# The life of a case\n\n"
        "Generated from the table in `referral_engine/lifecycle.py` by\n"
        "`python -m referral_engine.lifecycle > docs/lifecycle.md`; a test keeps it true.\n\n"
        f"```mermaid\n{diagram()}\n```\n\n"
        "## Commands on a case\n\n"
        "A command without a state to lead to leaves the case where it is; one with several is\n"
        "led by what it finds.\n\n"
        f"{table()}\n\n"
        "## Commands on a referral\n\n"
        f"{referral_table()}\n\n"
        "## What needs signatures\n\n"
        "A machine, or one person, only proposes these; whoever asked or signed before cannot\n"
        "sign again.\n\n"
        f"{signature_table()}"
    )


def referral_table() -> str:
    """What a command does to the referral it names, as Markdown."""
    lines = ["| command | referral is | becomes |", "|---|---|---|"]
    lines += [f"| `{s.command}` | {' '.join(s.states)} | {s.to} |" for s in REFERRAL_STEPS]
    return "\n".join(lines)


def signature_table() -> str:
    """How many persons of which roles sign a proposal, as Markdown."""
    lines = ["| proposal | persons | of these roles |", "|---|---|---|"]
    lines += [f"| `{kind}` | {n.count} | {' '.join(n.roles)} |" for kind, n in SIGNATURES.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    print(page())
