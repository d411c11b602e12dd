"""What an escalation rule is asked on, and what it does."""

from __future__ import annotations

from yaml.nodes import MappingNode, Node, SequenceNode

from referral_engine.i18n import _
from referral_engine.model.target import Target
from referral_engine.rules import lint, vocabulary
from referral_engine.rules.convert import read_number
from referral_engine.rules.reader import Entries, Reader
from referral_engine.rules.targets import read_target, read_targets
from referral_engine.rules.tree import EscalationEffects, Occasion, Recommendation
from referral_engine.spelling import nearest

__all__ = ["ESCALATION_EFFECTS", "read_escalation_effects", "read_occasions"]

ESCALATION_EFFECTS = frozenset(
    {
        "derive",
        "remind",
        "supervise",
        "step_up",
        "notify",
        "confer",
        "designate",
        "recommend",
    }
)
_ROLES = {"lead": "主办", "support": "协办", "unit": "承办单位", "owner": "责任单位"}
# Ten times its clock: whatever is due later than that has long been a case for a person.
_MOST_SHARE = 10.0


def read_occasions(reader: Reader, node: Node) -> tuple[Occasion, ...]:
    """``{claim: 100%}``, ``declined``, or a list of them."""
    found = [_occasion(reader, item) for item in reader.some(node)]
    if isinstance(node, SequenceNode) and not node.value:
        reader.wrong(node, _("an occasion"))
    return tuple(occasion for part in found for occasion in part)


def read_escalation_effects(reader: Reader, entries: Entries) -> EscalationEffects:
    """The effects among the entries of a rule. ``true`` is short for the obvious target."""

    def several(key: str, implied: str = "") -> tuple[Target, ...]:
        return read_targets(reader, entries[key][1], implied) if key in entries else ()

    def one(key: str, implied: str) -> Target | None:
        return read_target(reader, entries[key][1], implied) if key in entries else None

    return EscalationEffects(
        derive=reader.optional(entries, "derive"),
        remind=several("remind", "unit"),
        supervise=several("supervise", "unit"),
        step_up=one("step_up", "next"),
        notify=several("notify"),
        confer=several("confer", "owner"),
        designate=one("designate", "centre"),
        recommend=_recommendation(reader, entries),
    )


def _occasion(reader: Reader, node: Node) -> list[Occasion]:
    if isinstance(node, MappingNode):
        return _shares(reader, node)
    word = reader.text(node)
    if not word:
        return []
    name = _spelt(word, vocabulary.OCCASION_EVENTS)
    if name:
        return [Occasion(name)]
    if _spelt(word, vocabulary.CLOCKS):
        reader.wrong(node, _("an occasion: a clock needs its share, as in {claim: 100%}"))
    else:
        _unknown(reader, node, word)
    return []


def _shares(reader: Reader, node: MappingNode) -> list[Occasion]:
    found: list[Occasion] = []
    for key, value in reader.words(node).values():
        name = _clock(reader, key.value)
        if not name:
            _unknown(reader, key, key.value)
        for item in reader.some(value):
            share = read_number(reader, item)
            if share is not None and not 0 < share <= _MOST_SHARE:
                reader.wrong(item, _("a share of the clock, above 0 and at most 1000%"))
            elif share is not None and name:
                found.append(Occasion(name, share))
    return found


def _clock(reader: Reader, word: str) -> str:
    """The engine's clock or one that some rule, path or whistle level starts; else empty."""
    if name := _spelt(word, vocabulary.CLOCKS):
        return name
    return word if word in reader.known.clocks or "." in word else ""


def _unknown(reader: Reader, node: Node, word: str) -> None:
    words = vocabulary.CLOCKS | vocabulary.OCCASION_EVENTS
    near = nearest(word, [*words, *words.values()])
    reader.report(lint.unknown_occasion.fault(reader.place(node), word, near))


def _spelt(word: str, words: dict[str, str]) -> str:
    if word in words:
        return word
    return next((name for name, label in words.items() if label == word), "")


def _recommendation(reader: Reader, entries: Entries) -> Recommendation | None:
    if "recommend" not in entries:
        return None
    keys = ("step", "against")
    inside = reader.entries(entries["recommend"][1], keys, required=keys)
    step = reader.word(inside["step"][1], vocabulary.STEPS) if "step" in inside else ""
    against = _against(reader, inside["against"][1]) if "against" in inside else ""
    return Recommendation(step, against) if step and against else None


def _against(reader: Reader, node: Node) -> str:
    """A role in the case, so that a rule never names whom to punish."""
    return reader.word(node, _ROLES)
