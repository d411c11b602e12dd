"""Learnt rules as rule files, a file a topmost category, made to be read and corrected."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.learning.rules import LearntRule
from referral_engine.learning.shares import path
from referral_engine.org import Org
from referral_engine.rules.source import SUFFIXES
from referral_engine.rules.tree import Category

__all__ = ["write"]

_PLAIN = re.compile(r"[^\W\d_][\w/·、（）.-]*")
_UNFIT = re.compile(r"\W+")
_LONGEST_NAME = 40


def write(
    rules: Sequence[LearntRule],
    folder: Path,
    org: Org,
    categories: Mapping[str, Category],
    *,
    rank: int,
    confident: float,
) -> list[Path]:
    """The files written into `folder`, which is made where it is missing.

    A rule refers where `confident` (0 to 1) lets it (LearntRule.sends); else it only suggests.
    Raises Refused where rule files lie there already: somebody may have corrected them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = sorted(file.name for file in folder.iterdir() if file.suffix in SUFFIXES)
    if there:
        raise Refused(
            "FOLDER_IN_USE",
            _("{folder} holds rule files: {files}.").format(folder=folder, files=there[0]),
            _("Name an empty folder with --output and compare the two."),
        )
    topics: dict[str, list[LearntRule]] = {}
    for rule in rules:
        topic = next(iter(path(rule.category, categories)), "")
        topics.setdefault(topic, []).append(rule)
    written = []
    # What is about every category comes last.
    for number, topic in enumerate(sorted(topics, key=lambda each: (not each, each)), 1):
        name = _UNFIT.sub("-", topic).strip("-")[:_LONGEST_NAME] or "other"
        file = folder / f"{number:02d}-{name}.yaml"
        at = rank if topic else rank + 1
        table = _table(topic, topics[topic], org, categories, at, confident)
        file.write_text(table, "utf-8")
        written.append(file)
    return written


def _table(
    topic: str,
    rules: Iterable[LearntRule],
    org: Org,
    categories: Mapping[str, Category],
    rank: int,
    confident: float,
) -> str:
    head = (
        f"# {_line(_label(topic, categories))}: {_('learnt from recorded referrals')}\n"
        f"kind: routing\nrank: {rank}\nhit: first\nrules:\n"
    )
    return head + "".join(
        f"{line}\n" for rule in rules for line in _rule(rule, org, categories, confident)
    )


def _rule(
    rule: LearntRule, org: Org, categories: Mapping[str, Category], confident: float
) -> Iterator[str]:
    at = f"@{rule.places[0]}" if rule.places else ""
    about = f"-{rule.category}" if rule.category else ""
    yield f"  # {_evidence(rule)}"
    yield f"  - id: {_text(f'learnt{about}{at}')}"
    yield f"    name: {_text(_name(rule, org, categories))}"
    yield from _condition(rule)
    if rule.sends(confident):
        yield f"    refer: {{lead: {_text(rule.best[0][0])}}}"
    yield "    suggest:"
    for target, share in rule.best:
        yield f"      - {{to: {_text(target)}, share: {share:.3f}}}"


def _condition(rule: LearntRule) -> Iterator[str]:
    """The lines of ``when``; none for a rule about everything everywhere."""
    parts = [f"category: {{under: {_text(rule.category)}}}"] if rule.category else []
    places = [f"territory: {{under: {_text(place)}}}" for place in rule.places]
    if len(places) > 1:
        parts.append(f"any: [{', '.join(map(_braced, places))}]")
    else:
        parts += places
    if len(parts) == 1:
        yield f"    when: {{{parts[0]}}}"
    elif parts:
        yield from ("    when:", "      all:", *(f"        - {part}" for part in parts))


def _evidence(rule: LearntRule) -> str:
    if rule.precision is None:
        tried = _("none such in the part held back")
    else:
        tried = _("{right} of {tried} right in the part held back ({share})").format(
            right=rule.right, tried=rule.tried, share=f"{rule.precision:.0%}"
        )
    return _("support {support}; {tried}; confidence {confidence}").format(
        support=rule.support, tried=tried, confidence=f"{rule.confidence:.0%}"
    )


def _name(rule: LearntRule, org: Org, categories: Mapping[str, Category]) -> str:
    """The category's label and the names of the places."""
    known = [(org.territory(place), place) for place in rule.places]
    places = "、".join(each.name if each else place for each, place in known)
    label = _label(rule.category, categories)
    return f"{label} · {places}" if places else label


def _label(category: str, categories: Mapping[str, Category]) -> str:
    known = categories.get(category)
    return known.label if known else category or _("everything else")


def _braced(leaf: str) -> str:
    return f"{{{leaf}}}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _text(text: str) -> str:
    """A scalar: bare where no reader could take it for anything else, else quoted."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
