"""What a routing rule does: refer, suggest, set, tag, seal, link, propose."""

from __future__ import annotations

from yaml.nodes import MappingNode, Node

from referral_engine.i18n import _
from referral_engine.rules import lint, vocabulary
from referral_engine.rules.clocks import read_within
from referral_engine.rules.convert import read_bool, read_number
from referral_engine.rules.operands import read_path, read_value
from referral_engine.rules.reader import Entries, Reader
from referral_engine.rules.targets import read_target
from referral_engine.rules.tree import (
    Proposal,
    Refer,
    RoutingEffects,
    Suggestion,
    Support,
    Value,
    Whistle,
)
from referral_engine.spelling import nearest

__all__ = ["DECIDING", "PREPARING", "ROUTING_EFFECTS", "read_refer", "read_routing_effects"]

PREPARING = frozenset({"set", "tag", "path", "seal", "link"})
DECIDING = frozenset(
    {"refer", "within", "suggest", "redirect", "reject", "set", "tag", "path", "link"}
)
ROUTING_EFFECTS = PREPARING | DECIDING

# Shares are written rounded: three of them may come to a little more than the whole.
_WHOLE = 1.01

_LEVELS: dict[str, Whistle] = {"routine": "routine", "joint": "joint", "emergency": "emergency"}


def read_routing_effects(reader: Reader, entries: Entries, hit: str) -> RoutingEffects:
    """The effects among the entries of a rule; those of the other phase are reported."""
    allowed = PREPARING if hit == "all" else DECIDING
    for name in sorted(ROUTING_EFFECTS - allowed):
        if name in entries:
            place = reader.place(entries[name][0])
            reader.report(lint.wrong_phase.fault(place, name, hit))
    refer = entries.get("refer")
    within = entries.get("within")
    return RoutingEffects(
        refer=read_refer(reader, refer[1]) if refer else None,
        within=read_within(reader, within[1]) if within else (),
        path=_path(reader, entries),
        set=_set(reader, entries["set"][1]) if "set" in entries else (),
        tag=_tags(reader, entries["tag"][1]) if "tag" in entries else (),
        seal=_word(reader, entries, "seal", vocabulary.SEALS),
        link=_word(reader, entries, "link", vocabulary.LINKS),
        propose=_proposal(reader, entries),
        suggest=_suggestions(reader, entries["suggest"][1]) if "suggest" in entries else (),
    )


def read_refer(reader: Reader, node: Node) -> Refer | None:
    """``refer:`` with lead, supports and whistle; None when its lead cannot be read."""
    entries = reader.entries(node, ("lead", "support", "whistle"), required=("lead",))
    lead = read_target(reader, entries["lead"][1]) if "lead" in entries else None
    supports: list[Support] = []
    if "support" in entries:
        read = (_support(reader, item) for item in reader.some(entries["support"][1]))
        supports = [support for support in read if support is not None]
    level = _word(reader, entries, "whistle", vocabulary.WHISTLES)
    return None if lead is None else Refer(lead, tuple(supports), _LEVELS.get(level))


def _support(reader: Reader, node: Node) -> Support | None:
    """A target, or a mapping with its own clocks and whether its part is required."""
    if not isinstance(node, MappingNode) or _is_first_present(node):
        target = read_target(reader, node)
        return None if target is None else Support(target)
    entries = reader.entries(node, ("to", "within", "required"), required=("to",))
    if "to" not in entries:
        return None
    target = read_target(reader, entries["to"][1])
    within = read_within(reader, entries["within"][1]) if "within" in entries else ()
    required = read_bool(reader, entries["required"][1]) if "required" in entries else False
    return None if target is None else Support(target, within, bool(required))


def _suggestions(reader: Reader, node: Node) -> tuple[Suggestion, ...]:
    """Units with their shares, surest first as written; what cannot be read is reported."""
    read = [one for item in reader.items(node) if (one := _suggestion(reader, item))]
    shares = [one.share for one in read]
    if shares != sorted(shares, reverse=True) or sum(shares) > _WHOLE:
        reader.wrong(node, _("units with the largest share first, the shares at most 1 together"))
    return tuple(read)


def _suggestion(reader: Reader, node: Node) -> Suggestion | None:
    entries = reader.entries(node, ("to", "share"), required=("to", "share"))
    if not {"to", "share"} <= entries.keys():
        return None
    target, share = read_target(reader, entries["to"][1]), read_number(reader, entries["share"][1])
    if share is not None and not 0 < share <= 1:
        reader.wrong(entries["share"][1], _("a share above 0 and at most 100%"))
        return None
    return None if target is None or share is None else Suggestion(target, float(share))


def _is_first_present(node: MappingNode) -> bool:
    return any(key.value in ("first_present", "在岗优先") for key, _value in node.value)


def _set(reader: Reader, node: Node) -> tuple[tuple[str, Value], ...]:
    values: list[tuple[str, Value]] = []
    settable = [field for field in reader.known.registry if field.settable]
    for key, value_node in reader.words(node).values():
        field = reader.known.registry.find(key.value)
        if field is None:
            near = nearest(key.value, [word for f in settable for word in (f.name, f.key)])
            reader.report(lint.unknown_field.fault(reader.place(key), key.value, near))
        elif not field.settable:
            known = ", ".join(f.name for f in settable)
            reader.report(lint.not_settable.fault(reader.place(key), key.value, known))
        elif (value := read_value(reader, field, value_node)) is not None:
            values.append((field.name, value))
    return tuple(values)


def _tags(reader: Reader, node: Node) -> tuple[str, ...]:
    return tuple(tag for item in reader.some(node) if (tag := reader.text(item)))


def _path(reader: Reader, entries: Entries) -> str:
    if "path" not in entries:
        return ""
    node = entries["path"][1]
    text = reader.text(node)
    return read_path(reader, node, text) if text else ""


def _word(reader: Reader, entries: Entries, key: str, words: dict[str, str]) -> str:
    return reader.word(entries[key][1], words) if key in entries else ""


def _proposal(reader: Reader, entries: Entries) -> Proposal | None:
    if "redirect" in entries and "reject" in entries:
        reader.wrong(entries["reject"][0], _("the only proposal: a rule redirects or rejects"))
        return None
    if path := _word(reader, entries, "redirect", vocabulary.REDIRECTS):
        return Proposal("redirect", path)
    ground = _word(reader, entries, "reject", vocabulary.REJECT_GROUNDS)
    return Proposal("reject", ground) if ground else None
