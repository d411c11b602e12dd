"""People of a rule test: one action becomes one command by whoever may give it."""

from __future__ import annotations

from yaml.nodes import MappingNode, Node

from referral_engine.i18n import _
from referral_engine.rules.reader import Reader
from referral_engine.rules.tree_tests import Action
from referral_engine.trial.acts import node_of, read_command
from referral_engine.trial.box import Box
from referral_engine.trial.names import Missing, Names
from referral_engine.trial.stand_ins import StandIns

__all__ = ["Performer", "Unperformed"]


class Unperformed(ValueError):
    """The action cannot be put as a command; the text says why."""


class Performer:
    """Does what a test lets people do."""

    def __init__(self, box: Box, reader: Reader) -> None:
        self._box = box
        self._reader = reader
        self._stand_ins = StandIns(box.workspace.org)

    def perform(self, code: str, action: Action, turn: str) -> None:
        """Raises Refused, Unperformed. `turn` tells the people of one test apart."""
        case = self._box.case(code)
        before = len(self._reader.faults)
        command = read_command(self._reader, action.verb, _written(action))
        if command is None:
            raise Unperformed("; ".join(str(f.message) for f in self._reader.faults[before:]))
        by = self._stand_ins.of(case, action.verb, action.by, turn)
        try:
            command = Names().resolved(command, case, by)
        except Missing as error:
            raise Unperformed(_("unknown here: {name}").format(name=error)) from error
        self._box.do(code, command, by)


def _written(action: Action) -> Node | None:
    """The arguments as nodes; `claim: police` names the actor and has none."""
    if not action.arguments:
        return None
    pairs = [(node_of(k, action.place), node_of(v, action.place)) for k, v in action.arguments]
    mark = pairs[0][0].start_mark
    return MappingNode("tag:yaml.org,2002:map", pairs, mark, mark)
