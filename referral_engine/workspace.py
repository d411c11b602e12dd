"""A workspace: configuration, organisation, calendar and rules, loaded together and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from msgspec.structs import replace

from referral_engine.additions import added, find_additions, odd
from referral_engine.clock import SystemClock
from referral_engine.config import Config, load_config
from referral_engine.errors import Fault, Faulty
from referral_engine.flow.draft import Setting
from referral_engine.org import Org, load_org
from referral_engine.rules.fields import Registry, registry
from referral_engine.rules.load import load_sources, read_rules
from referral_engine.rules.names import Names
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.runtime import ActiveRules
from referral_engine.rules.source import rule_files
from referral_engine.rules.tree import RuleSet
from referral_engine.rules.world import World
from referral_engine.worktime import (
    EARLIEST,
    QUIET,
    WorkCalendar,
    china,
    load_overrides,
    weekdays,
)

__all__ = ["Workspace"]


class Workspace:
    """What an administrator edits, as of the moment it was opened. Immutable."""

    def __init__(self, config: Config, org: Org, calendar: WorkCalendar) -> None:
        self.config = config
        self.org = org
        self.calendar = calendar
        folders = [config.root / folder for folder in config.plugins.folders]
        self.additions = find_additions(folders, org.lines.units)
        """What the plugins of the workspace add beside their code."""
        fields, self._added_faults = added(registry(), self.additions)
        self.fields: Registry = fields.with_extra(config.fields)

    @classmethod
    def open(cls, config: Path) -> Workspace:
        """Reads config.yaml and what it names, but for the rules.

        Raises FileNotFoundError, or Faulty with the faults of every file that could be read.
        """
        settings = load_config(config)
        faults: list[Fault] = []
        org, calendar = Org.empty(), None
        try:
            org = load_org(settings.organisation, settings.zone)
        except Faulty as error:
            faults += error.faults
        try:
            calendar = _calendar(settings)
        except Faulty as error:
            faults += error.faults
        if faults or calendar is None:
            raise Faulty(faults)
        return cls(settings, org, calendar)

    # -- rules --------------------------------------------------------------------------------
    @cached_property
    def names(self) -> Names:
        """What rules may name, for checking them."""
        return Names(
            units=self.org.unit_names(),
            territories=self.org.territory_names(),
            zone=self.calendar.zone,
            org=self.org,
            asked={f"extra.{name}": place for name, place in self.config.asked.items()},
            beside=(self.config.file,),
            today=self.calendar.local_day(SystemClock().now()),
        )

    def rule_paths(self) -> list[Path]:
        """The rule files, those of plugins too; what lies with the organisation or the letters, or
        is the calendar, is none.
        """
        others = [*self.config.organisation, *self.config.letters]
        if self.config.override is not None:
            others.append(self.config.override)
        plugins = [each.rules for each in self.additions if each.rules is not None]
        files = rule_files([*self.config.rules, *plugins])
        return [file for file in files if not any(_within(file, other) for other in others)]

    def read_rules(
        self,
        paths: list[Path] | None = None,
        served: Callable[[], frozenset[str]] | None = None,
        *,
        tested: bool = True,
        compare: bool = True,
    ) -> Loaded:
        """The rules of these files (all of the workspace by default) with every fault; their tests
        are left unread where it is not `tested`. Whoever only runs the rules need not `compare`
        them: it finds no error, and takes as long as reading them.

        ``served`` tells which units a plugin serves; it is asked only where nobody else would.
        """
        whole = paths is None
        files = self.rule_paths() if paths is None else paths
        root = self.config.root
        found = [file.resolve() for file in files]
        shown = root if all(_within(file, root) for file in found) else None
        files = found if shown else files
        names = replace(self.names, served=served)
        loaded = read_rules(
            files, self.fields, names, root=shown, whole=whole, tested=tested, compare=compare
        )
        more = [*self._added_faults, *(odd(loaded, self.additions) if compare else ())]
        return replace(loaded, faults=tuple(sorted((*loaded.faults, *more)))) if more else loaded

    def rules(self, *, tested: bool = True) -> RuleSet:
        """The workspace's rule set, without its tests where it is not `tested`; raises Faulty."""
        loaded = self.read_rules(tested=tested, compare=False)
        if loaded.errors:
            raise Faulty(loaded.faults)
        return loaded.rule_set

    def stored_rules(self, sources: Mapping[str, str]) -> RuleSet:
        """A published rule set from its stored texts; raises Faulty.

        Units that have gone since are no fault: a running case keeps its rules.
        """
        return load_sources(sources, self.fields, Names(zone=self.calendar.zone))

    def activate(self, rules: RuleSet) -> ActiveRules:
        """The rule set compiled against this organisation and calendar."""
        return ActiveRules(rules, self.world(rules), self.fields)

    def world(self, rules: RuleSet) -> World:
        """What the rule set's conditions ask beside the issue."""
        parents = {code: category.parent for code, category in rules.categories.items()}
        return World(self.org, self.calendar, parents)

    def setting(self, rules: ActiveRules, published: Mapping[str, ActiveRules]) -> Setting:
        """What decisions stand on, with these rules in force."""
        return Setting(rules, self.org, self.calendar, self.config.policy, published)


def _calendar(config: Config) -> WorkCalendar:
    days = china() if config.calendar == "china" else weekdays()
    if config.override is not None:
        override = load_overrides(config.override)
        days = days.overridden(override.days, override.known_until)
    return WorkCalendar(
        days, config.zone, earliest=config.earliest or EARLIEST, quiet=config.quiet or QUIET
    )


def _within(file: Path, folder: Path) -> bool:
    return file.is_relative_to(folder)
