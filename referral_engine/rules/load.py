"""Rule files in, a rule set out: everything is read before anything is refused."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
from yaml.nodes import MappingNode, Node

from referral_engine.errors import Fault, Faulty, Place
from referral_engine.rules import lint, tree
from referral_engine.rules.alias import canonical_key
from referral_engine.rules.assess_tables import read_indicator_table, read_warning_table
from referral_engine.rules.fields import Registry, Scope, registry
from referral_engine.rules.lint.checks import check_all, left_out
from referral_engine.rules.lint.suppression import allowed
from referral_engine.rules.names import Names
from referral_engine.rules.path_tables import read_path_ids, read_path_table
from referral_engine.rules.reader import Entry, Known, Reader
from referral_engine.rules.rule_tests import read_tests
from referral_engine.rules.ruleset import LANGUAGE, Loaded, content_hash, in_order
from referral_engine.rules.shared_tables import read_categories, read_lists, read_whistles
from referral_engine.rules.source import checked, decode, rule_files
from referral_engine.rules.tables import read_escalation_table, read_routing_table
from referral_engine.rules.tree_assess import IndicatorTable, WarningTable
from referral_engine.rules.tree_tests import RuleTest
from referral_engine.rules.yaml_nodes import compose, place_of
from referral_engine.spelling import nearest

__all__ = ["KINDS", "OTHERS", "load_rules", "load_sources", "read_rules", "read_sources"]

KINDS: dict[str, str] = {
    "routing": "派单规则",
    "escalation": "升级规则",
    "warning": "预警规则",
    "indicator": "指标",
    "path": "路径",
    "lists": "名单",
    "whistles": "哨级",
    "categories": "类别",
    "tests": "测试",
}
"""The kinds of files with their Chinese alias; a file with `tests:` needs no kind."""

OTHERS = frozenset({"calendar", "organisation"})
"""Kinds that may lie in the same folder and are read elsewhere: such a file is passed over."""

_SCOPES: dict[str, Scope] = {
    "escalation": "escalation",
    "warning": "warning",
    "indicator": "indicator",
    "path": "escalation",
}
# A file that begins so has no kind before it, and is one of tests.
_TESTS = re.compile(r"(?:[ \t]*(?:#.*)?\n)*(?:tests|测试)[ \t]*:")
_T = TypeVar("_T")


def load_rules(
    paths: Iterable[Path | str],
    fields: Registry | None = None,
    names: Names | None = None,
    root: Path | None = None,
) -> tree.RuleSet:
    """The rule set of these files and folders, all together.

    ``root`` is the folder that file names are shown relative to. Raises Faulty with every fault
    when one of them is an error; FileNotFoundError for a path that is not there.
    """
    return _usable(read_rules(paths, fields, names, root, compare=False))


def load_sources(
    sources: Mapping[str, str], fields: Registry | None = None, names: Names | None = None
) -> tree.RuleSet:
    """The rule set of stored texts, as ``RuleSet.sources`` holds them; raises Faulty."""
    return _usable(read_sources(sources, fields, names, compare=False))


def read_rules(
    paths: Iterable[Path | str],
    fields: Registry | None = None,
    names: Names | None = None,
    root: Path | None = None,
    *,
    whole: bool = True,
    tested: bool = True,
    compare: bool = True,
) -> Loaded:
    """Like `load_rules`, but hands out the faults beside what could be read.

    ``whole`` False leaves out what can only be judged with all files of a workspace together,
    ``tested`` False the files of tests, which decide nothing and are half of what there is to read.
    ``compare`` False what takes comparing each rule with all others, which finds no error.
    """
    sources: dict[str, str] = {}
    faults: list[Fault] = []
    for path in rule_files([Path(path) for path in paths]):
        file = path.relative_to(root).as_posix() if root else path.as_posix()
        text = decode(path.read_bytes(), file)
        if isinstance(text, Fault):
            faults.append(text)
        elif tested or not _TESTS.match(text):
            sources[file] = text
    known = Known(fields or registry(), names or Names())
    return _read(sources, faults, known, whole, tested, compare)


def read_sources(
    sources: Mapping[str, str],
    fields: Registry | None = None,
    names: Names | None = None,
    *,
    whole: bool = True,
    compare: bool = True,
) -> Loaded:
    """Like `read_rules`, from texts by file name."""
    sound: dict[str, str] = {}
    faults: list[Fault] = []
    for file in sorted(sources):
        text = checked(sources[file], file)
        if isinstance(text, Fault):
            faults.append(text)
        else:
            sound[file] = text
    known = Known(fields or registry(), names or Names())
    return _read(sound, faults, known, whole, tested=True, compare=compare)


def _usable(loaded: Loaded) -> tree.RuleSet:
    if loaded.errors:
        raise Faulty(loaded.faults)
    return loaded.rule_set


def _read(
    sources: dict[str, str],
    faults: list[Fault],
    known: Known,
    whole: bool,
    tested: bool,
    compare: bool,
) -> Loaded:
    with _collector_paused():
        loading = _Loading(known, faults)
        loaded = loading.run(sources)
        # What an unreadable file lacks would be reported as missing from the others.
        complete = whole and loading.complete
        asked = {"tested": tested, "compare": compare}
        found = [*loaded.faults, *check_all(loaded, known.registry, complete, **asked)]
        beside = known.names.beside if complete and compare else ()
        texts = sources | {file.name: file.read_text("utf-8-sig") for file in beside}
        left = list(allowed(found, texts, left_out(complete, **asked)))
    return msgspec.structs.replace(loaded, faults=_shown(left, texts))


def _shown(faults: list[Fault], sources: Mapping[str, str]) -> tuple[Fault, ...]:
    """The faults sorted by place, each once and with its source line."""
    lines = {
        file: sources.get(file, "").split("\n") for file in {fault.place.file for fault in faults}
    }
    with_lines = {
        msgspec.structs.replace(fault, source="".join(lines[fault.place.file][at : at + 1]))
        for fault in faults
        for at in (fault.place.line - 1,)
    }
    return tuple(sorted(with_lines))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """The nodes of some thousand rules are alive at once: collecting them takes longer than all."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Loading:
    """The files of one run: those that others refer to first, then the rest."""

    def __init__(self, known: Known, faults: list[Fault]) -> None:
        self._known = known
        self._faults = faults
        self._roots: dict[str, list[tuple[str, Node]]] = {kind: [] for kind in KINDS}
        self._ids: list[tuple[str, Place]] = []
        self._read: dict[str, str] = {}
        self.complete = not faults

    def run(self, sources: dict[str, str]) -> Loaded:
        for file, text in sources.items():
            self._compose(file, text)
        lists = self._merged("lists", read_lists)
        categories = self._merged("categories", read_categories)
        paths = {name for _file, root in self._roots["path"] for name in read_path_ids(root)}
        self._knows(lists=lists, categories=categories, paths=paths)
        whistles = self._merged("whistles", read_whistles)
        path_tables = self._each("path", read_path_table)
        routing = self._each("routing", read_routing_table)
        self._knows(clocks=_clock_names(whistles, path_tables, routing))
        escalation = self._each("escalation", read_escalation_table)
        warnings: list[WarningTable] = self._each("warning", read_warning_table)
        indicators: list[IndicatorTable] = self._each("indicator", read_indicator_table)
        tests: list[tuple[RuleTest, ...]] = self._each("tests", read_tests)
        self._unique_ids()
        rule_set = tree.RuleSet(
            hash="",
            language=LANGUAGE,
            routing=in_order(routing),
            escalation=in_order(escalation),
            lists=lists,
            whistles=whistles,
            paths=self._paths(path_tables),
            sources=dict(sorted(self._read.items())),
            categories=categories,
        )
        return Loaded(
            rule_set=msgspec.structs.replace(rule_set, hash=content_hash(rule_set)),
            names=self._known.names,
            warnings=in_order(warnings),
            indicators=in_order(indicators),
            tests=tuple(test for part in tests for test in part),
            faults=tuple(self._faults),
        )

    def _knows(self, **more: object) -> None:
        self._known = msgspec.structs.replace(self._known, **more)

    def _compose(self, file: str, text: str) -> None:
        """Sorts the file's root under its kind; what cannot be sorted is reported."""
        root = compose(text, file)
        if isinstance(root, Fault):
            self._faults.append(root)
        elif not isinstance(root, MappingNode):
            self._faults.append(lint.not_a_table.fault(place_of(root, file)))
        elif kind := self._kind(file, root):
            if kind not in OTHERS:
                self._roots[kind].append((file, root))
                self._read[file] = text
            return
        self.complete = False

    def _kind(self, file: str, root: MappingNode) -> str:
        keys = {canonical_key(str(key.value)): value for key, value in root.value}
        if "kind" not in keys:
            if "tests" in keys:
                return "tests"
            self._faults.append(lint.missing_key.fault(Place(file), "kind"))
            return ""
        node = keys["kind"]
        if str(node.value) in OTHERS:
            return str(node.value)
        for kind, label in KINDS.items():
            if node.value in (kind, label):
                return kind
        near = nearest(str(node.value), [*KINDS, *KINDS.values()])
        fault = lint.unknown_kind.fault(place_of(node, file), str(node.value), near)
        self._faults.append(fault)
        return ""

    def _each(self, kind: str, read: Callable[[Reader, Node], _T]) -> list[_T]:
        found: list[_T] = []
        for file, root in self._roots[kind]:
            reader = Reader(file, self._known, _SCOPES.get(kind, "routing"))
            found.append(read(reader, root))
            self._faults += reader.faults
            self._ids += reader.ids
        return found

    def _merged(
        self, kind: str, read: Callable[[Reader, Node], dict[str, tuple[Entry, _T]]]
    ) -> dict[str, _T]:
        """The named things of all files of a kind; a name that is used twice is reported."""
        found: dict[str, _T] = {}
        first: dict[str, Place] = {}
        for (file, _root), part in zip(self._roots[kind], self._each(kind, read), strict=True):
            for name, (entry, value) in part.items():
                place = place_of(entry[0], file)
                if name in found:
                    self._faults.append(lint.duplicate_id.fault(place, name, first[name]))
                else:
                    found[name], first[name] = value, place
        return found

    def _paths(self, tables: list[tuple[tree.Path, ...]]) -> dict[str, tree.Path]:
        found: dict[str, tree.Path] = {}
        for path in (path for table in tables for path in table):
            if path.id in found:
                fault = lint.duplicate_id.fault(path.place, path.id, found[path.id].place)
                self._faults.append(fault)
            else:
                found[path.id] = path
        return found

    def _unique_ids(self) -> None:
        first: dict[str, Place] = {}
        for rule_id, place in sorted(self._ids, key=lambda written: written[1]):
            if rule_id in first:
                fault = lint.duplicate_id.fault(place, rule_id, first[rule_id])
                self._faults.append(msgspec.structs.replace(fault, rule=rule_id))
            else:
                first[rule_id] = place


def _clock_names(
    whistles: Mapping[str, tree.Within],
    paths: list[tuple[tree.Path, ...]],
    routing: list[tree.RoutingTable],
) -> frozenset[str]:
    """Every clock that something starts, so that an escalation may be asked on it."""
    withins = [*whistles.values()]
    withins += [step.within for table in paths for path in table for step in path.steps]
    for table in routing:
        for rule in (*table.rules, *((table.default,) if table.default else ())):
            withins.append(rule.effects.within)
            if rule.effects.refer:
                withins += [support.within for support in rule.effects.refer.support]
    return frozenset(clock.name for within in withins for clock in within)
