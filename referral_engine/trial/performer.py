"""People of a rule test: one action becomes one command by whoever may give it."""

from __future__ import annotations

from yaml.nodes import MappingNode, Node

from referral_engine.i18n import _
from referral_engine.lifecycle import REFERRAL_STEPS, roles_for
from referral_engine.model.case import Case
from referral_engine.model.principal import CENTRE_ROLES, Principal, Role
from referral_engine.rules.reader import Reader
from referral_engine.rules.tree_tests import Action
from referral_engine.trial.acts import node_of, read_command
from referral_engine.trial.box import Box
from referral_engine.trial.names import Missing, Names

__all__ = ["Performer", "Unperformed"]

_UNIT_VERBS = frozenset(step.command for step in REFERRAL_STEPS)
_APART = ("review", "call_back")
_RUNNING = ("unit", "lead", "support", "owner", "superior", "next", "centre", "leader")


class Unperformed(ValueError):
    """The action cannot be put as a command; the text says why."""


class Performer:
    """Does what a test lets people do. A role is held by somebody nameless, another one each time,
    so that what needs a second person has one."""

    def __init__(self, box: Box, reader: Reader) -> None:
        self._box = box
        self._reader = reader

    def perform(self, code: str, action: Action, turn: str) -> None:
        """Raises Refused, Unperformed. `turn` tells the people of one test apart."""
        case = self._box.case(code)
        before = len(self._reader.faults)
        command = read_command(self._reader, action.verb, _written(action))
        if command is None:
            raise Unperformed("; ".join(str(f.message) for f in self._reader.faults[before:]))
        by = self._actor(case, action, turn)
        try:
            command = Names().resolved(command, case, by)
        except Missing as error:
            raise Unperformed(_("unknown here: {name}").format(name=error)) from error
        self._box.do(code, command, by)

    def _actor(self, case: Case, action: Action, turn: str) -> Principal:
        who, verb = action.by, action.verb
        if who == "reporter" or (not who and roles_for(verb) == ("reporter",)):
            return Principal(case.reporter, ("reporter",))
        roles = roles_for(verb)
        unit = self._unit(case, who, verb)
        own: tuple[Role, ...] = ("officer", "mediator") if verb in _UNIT_VERBS else CENTRE_ROLES
        held = tuple(role for role in roles if role in own) or roles
        if case.sealed and "sealed_contact" in roles and unit in (case.holder, case.owner):
            held = ("sealed_contact",)
        return Principal(f"test/{turn}", tuple(r for r in held if r != "reporter"), unit)

    def _unit(self, case: Case, who: str, verb: str) -> str:
        if who and who not in _RUNNING:
            return self._station(case, who)
        lead = case.lead()
        match who:
            case "support":
                found = next((r for r in case.referrals if r.role == "support" and r.open), None)
                return found.station if found else ""
            case "owner":
                return case.owner
            case "superior" | "next":
                return self._box.workspace.org.superior(case.owner) or case.holder
            case "unit" | "lead":
                return lead.station if lead else case.owner
            case "centre" | "leader":
                return case.holder
        if verb in _UNIT_VERBS and lead is not None:
            return lead.station
        return self._apart(case) if verb in _APART else case.holder

    def _station(self, case: Case, unit: str) -> str:
        """A department acts through the station that has its part of the case."""
        found = (r.station for r in reversed(case.referrals) if unit in r.units)
        return next(found, unit)

    def _apart(self, case: Case) -> str:
        """Nobody reviews their own unit's work: the holder, else the nearest unit above it."""
        handlers = {unit for r in case.referrals if r.claimed_at for unit in r.units}
        if case.holder not in handlers:
            return case.holder
        org = self._box.workspace.org
        return org.superior_not_in(case.holder, frozenset(handlers)) or case.holder


def _written(action: Action) -> Node | None:
    """The arguments as nodes; `claim: police` names the actor and has none."""
    if not action.arguments:
        return None
    pairs = [(node_of(k, action.place), node_of(v, action.place)) for k, v in action.arguments]
    mark = pairs[0][0].start_mark
    return MappingNode("tag:yaml.org,2002:map", pairs, mark, mark)
