"""Reads a profile from YAML; every fault of the file at its place, all at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from yaml.nodes import Node

from referral_engine.errors import Fault, Faulty, Place
from referral_engine.i18n import _
from referral_engine.marked_yaml import MarkedYaml
from referral_engine.planning.profile import (
    Burst,
    Centre,
    Delay,
    Kind,
    Manners,
    People,
    Profile,
    Rates,
)
from referral_engine.planning.values import Values
from referral_engine.rules import vocabulary
from referral_engine.rules.tree import RuleSet
from referral_engine.workspace import Workspace

__all__ = ["read_profile"]

_NEEDED = ("name", "start", "issues", "channels", "categories", "people", "units", "centre")
_TOP = ("kind", *_NEEDED, "townships", "bursts")
_ISSUES = ("a_year", "hours", "weekdays", "months")
_KIND = ("weight", "texts", "severity")
_PEOPLE = ("reporters", "anonymous", "group", "group_size")
_BURST = ("at", "lasts", "issues", "category")
_ACTS = ("claim", "contact", "arrive", "initial", "report")
_RATES = ("silent", "wakes", "declines")
_CENTRE_ACTS = ("accept", "designate", "sign", "confer", "review", "call_back", "close")
_SHARES = ("passes", "reached", "yes", "partly")
_MOST_YEARLY = 1e9
_MOST_WEIGHT = 1e9
_UNKNOWN_CATEGORY = "PROFILE_UNKNOWN_CATEGORY"
_USUAL = "usual"
_GROUP = (5, 30)


def read_profile(path: Path, workspace: Workspace, rules: RuleSet) -> Profile:
    """The profile in the file, for a county such as the workspace's: units and townships
    are the workspace's, categories those of the rules. Raises Faulty with every fault,
    FileNotFoundError."""
    if not path.is_file():
        raise FileNotFoundError(path)
    yaml = MarkedYaml(path, "PROFILE")
    if yaml.root is None:
        raise Faulty([Fault(Place(yaml.file), "PROFILE_SYNTAX", _("the file is empty"))])
    profile = _Reader(yaml, workspace, rules).profile(yaml.root)
    if yaml.faults:
        raise Faulty(yaml.faults)
    return profile


class _Reader:
    """Turns nodes into the profile; what cannot be read leaves a fault and something in its
    place."""

    def __init__(self, yaml: MarkedYaml, workspace: Workspace, rules: RuleSet) -> None:
        self._values = Values(yaml, workspace.calendar.zone)
        self._hours = workspace.org.content.hours
        self._categories = tuple(rules.categories)
        self._units = workspace.org.unit_names()
        territories = workspace.org.content.territories
        self._townships = {each.code for each in territories if each.level == "township"}

    def profile(self, root: Node) -> Profile:
        values = self._values
        top = values.keys(root, _TOP, _NEEDED)
        values.known(top.get("kind"), ("profile",), "PROFILE_BAD_VALUE",
                     _("{name} is no profile"))  # fmt: skip
        usual, units = self._all_manners(top.get("units"))
        kinds = self._kinds(top.get("categories"))
        return Profile(
            name=values.text(top.get("name")),
            start=values.day(top.get("start")),
            rates=self._rates(top.get("issues")),
            kinds=kinds,
            channels=self._channels(top.get("channels")),
            people=self._people(top.get("people")),
            usual=usual,
            centre=self._centre(top.get("centre")),
            townships=self._weighed_townships(top.get("townships")),
            bursts=tuple(self._burst(each, kinds) for each in values.nodes(top.get("bursts"))),
            units=units,
        )

    # -- what comes in ----------------------------------------------------------------------
    def _rates(self, node: Node | None) -> Rates:
        values, found = self._values, self._values.keys(node, _ISSUES, _ISSUES)
        return Rates(
            a_year=values.number(found.get("a_year"), 1, _MOST_YEARLY, 1.0),
            hours=values.weights(found.get("hours"), 24),
            weekdays=values.weights(found.get("weekdays"), 7),
            months=values.weights(found.get("months"), 12),
        )

    def _kinds(self, node: Node | None) -> tuple[Kind, ...]:
        kinds = []
        for entry in self._values.entries(node):
            message = _("there is no category {name}")
            names = self._categories
            category = self._values.known(entry.node, names, _UNKNOWN_CATEGORY, message)
            found = self._values.keys(entry.value, _KIND, ("weight", "texts"))
            weight = self._weight(found.get("weight"))
            texts = self._values.texts(found.get("texts"))
            severity = self._values.whole(found.get("severity"), 1, 4, 4)
            kinds.append(Kind(category, weight, texts or ("",), severity))
        self._weighed(node, sum(kind.weight for kind in kinds))
        return tuple(kinds)

    def _channels(self, node: Node | None) -> dict[str, float]:
        found = self._values.keys(node, vocabulary.CHANNELS)
        channels = {channel: self._weight(weight) for channel, weight in found.items()}
        self._weighed(node, sum(channels.values()))
        return channels

    def _people(self, node: Node | None) -> People:
        values, found = self._values, self._values.keys(node, _PEOPLE, ("reporters",))
        return People(
            reporters=values.whole(found.get("reporters"), 1, 100_000_000),
            anonymous=values.percent(found.get("anonymous")),
            group=values.percent(found.get("group")),
            group_size=values.range(found.get("group_size"), _GROUP),
        )

    def _weighed_townships(self, node: Node | None) -> dict[str, float]:
        if node is None:
            return {}
        return {
            self._township(entry.node): self._weight(entry.value)
            for entry in self._values.entries(node)
        }

    def _burst(self, node: Node, kinds: tuple[Kind, ...]) -> Burst:
        values = self._values
        found = values.keys(node, (*_BURST, "township"), _BURST)
        return Burst(
            at=values.moment(found.get("at")),
            lasts=timedelta(minutes=values.minutes(found.get("lasts"))),
            issues=values.whole(found.get("issues"), 1, 10_000_000),
            category=self._values.known(
                found.get("category"),
                [kind.category for kind in kinds],
                _UNKNOWN_CATEGORY,
                _("the profile has no category {name}"),
            ),
            township=self._township(found.get("township")),
        )

    def _township(self, node: Node | None) -> str:
        message = _("there is no township {name}")
        return self._values.known(node, self._townships, "PROFILE_UNKNOWN_TOWNSHIP", message)

    def _weight(self, node: Node | None) -> float:
        return self._values.number(node, 0.0, _MOST_WEIGHT, 1.0)

    def _weighed(self, node: Node | None, total: float) -> None:
        if node is not None and not total:
            self._values.wrong(node, _("nothing here has a weight, so nothing is drawn"))

    # -- who acts ---------------------------------------------------------------------------
    def _all_manners(self, node: Node | None) -> tuple[Manners, dict[str, Manners]]:
        """The usual ones, and those of units that are named: what they leave out is as usual."""
        entries = {entry.key: entry for entry in self._values.entries(node)}
        usual = Manners({}, {})
        if _USUAL in entries:
            usual = self._manners(entries.pop(_USUAL).value, usual, _ACTS)
        elif node is not None:
            self._values.missing(node, (_USUAL,))
        units = {}
        for id, entry in entries.items():
            message = _("there is no unit {name}")
            self._values.known(entry.node, self._units, "PROFILE_UNKNOWN_UNIT", message)
            units[id] = self._manners(entry.value, usual, ())
        return usual, units

    def _manners(self, node: Node, usual: Manners, needed: tuple[str, ...]) -> Manners:
        values = self._values
        others = (*_RATES, "emergency", "presence")
        found = values.keys(node, (*_ACTS, *others), (*needed, *(("emergency",) if needed else ())))
        hurried = values.keys(found.get("emergency"), _ACTS, needed)
        delays = {act: values.delay(found[act]) for act in _ACTS if act in found}
        emergency = {act: values.delay(hurried[act]) for act in _ACTS if act in hurried}
        return Manners(
            delays=usual.delays | delays,
            emergency=usual.emergency | emergency,
            silent=values.percent(found.get("silent"), usual.silent),
            wakes=values.percent(found.get("wakes"), usual.wakes),
            declines=values.percent(found.get("declines"), usual.declines),
            presence=values.presence(found.get("presence"), self._hours) or usual.presence,
        )

    def _centre(self, node: Node | None) -> Centre:
        needed = (*_CENTRE_ACTS, *_SHARES)
        found = self._values.keys(node, needed, needed)
        delays: dict[str, Delay] = {act: self._values.delay(found.get(act)) for act in _CENTRE_ACTS}
        shares = {name: self._values.percent(found.get(name)) for name in _SHARES}
        if node is not None and shares["yes"] + shares["partly"] > 100:
            self._values.wrong(found["partly"], _("yes and partly are more than 100 together"))
        return Centre(delays=delays, **shares)
