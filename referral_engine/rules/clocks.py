"""Clocks: ``within`` and what it counts from."""

from __future__ import annotations

from yaml.nodes import MappingNode, Node, ScalarNode

from referral_engine.i18n import _
from referral_engine.rules import lint, vocabulary
from referral_engine.rules.convert import read_span
from referral_engine.rules.reader import Entry, Reader
from referral_engine.rules.tree import NamedClock, Within

__all__ = ["read_within"]

_CLOCK_NAMES: dict[str, str] = {label: name for name, label in vocabulary.CLOCKS.items()}


def read_within(reader: Reader, node: Node) -> Within:
    """``{claim: 2wh, mediate: {45wd: accepted}}``, in order of writing."""
    clocks: dict[str, NamedClock] = {}
    for entry in reader.words(node).values():
        clock = _clock(reader, entry)
        if clock is None:
            continue
        if clock.name in clocks:  # once in each language
            place = reader.place(entry[0])
            reader.report(lint.duplicate_key.fault(place, clock.name, place.line))
        clocks[clock.name] = clock
    return tuple(clocks.values())


def _clock(reader: Reader, entry: Entry) -> NamedClock | None:
    key, value = entry
    name = _CLOCK_NAMES.get(key.value) or str(key.value)
    if not isinstance(value, MappingNode):
        span = read_span(reader, value)
        return None if span is None else NamedClock(name, span)
    pairs = reader.pairs(value)
    if len(pairs) != 1:
        reader.wrong(value, _("one length of time and the moment it counts from"))
        return None
    written, moment = pairs[0]
    span, since = read_span(reader, written), _moment(reader, moment)
    return NamedClock(name, span, since) if span is not None and since else None


def _moment(reader: Reader, node: Node) -> str:
    """A moment the engine knows, or, with a dot in it, one that a plugin reports."""
    if isinstance(node, ScalarNode) and "." in node.value:
        return reader.text(node)
    return reader.word(node, vocabulary.MOMENTS)
