"""From shares to rules: one a category, before it the places where something else is usual."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from referral_engine.learning.example import Example
from referral_engine.learning.shares import Shares, path
from referral_engine.org import Org
from referral_engine.rules.tree import Category

__all__ = ["LearntRule", "learn"]

BEST = 3
_HELD_BACK = 0.2
_ENOUGH = 5
"""Recorded referrals from which on a rule may send, and later ones that may take this back."""
_FAR = 0.4
"""First shares that lie further apart than this are told apart."""
_AHEAD = 0.2
"""A place has its own rule where another unit leads the usual one by this much."""
_MISSED = 0.3
"""A place has its own rule where the usual three would miss this much of what its own hold."""

Best = tuple[tuple[str, float], ...]


class LearntRule(msgspec.Struct, frozen=True):
    """``category`` is empty where it is about every category that no rule before it knows;
    ``places`` are territory codes; none: wherever no rule before it has said otherwise.

    ``best``     up to three targets with their shares, surest first; the first share is the
                 confidence
    ``support``  recorded referrals it was learnt from
    ``tried``    those of the later part that was held back, which it would have decided
    ``right``    of these, where what the earlier part taught named the recorded unit first
    """

    category: str
    places: tuple[str, ...]
    best: Best
    support: int
    tried: int = 0
    right: int = 0

    @property
    def confidence(self) -> float:
        return self.best[0][1]

    @property
    def precision(self) -> float | None:
        """Of the held-back part; None where it had no such issue."""
        return self.right / self.tried if self.tried else None

    def sends(self, confident: float) -> bool:
        """Whether it may refer by itself where that takes a confidence of `confident` (0 to 1):
        few referrals teach nobody enough, what failed later is not to be trusted, and of a category
        nobody has seen nobody is sure."""
        if not self.category or self.support < _ENOUGH:
            return False
        failed = self.tried >= _ENOUGH and self.right < confident * self.tried
        return self.confidence >= confident and not failed


def learn(
    seen: Sequence[Example], org: Org, categories: Mapping[str, Category]
) -> list[LearntRule]:
    """Rules in the order in which they are to be asked, the deepest category first.

    Learnt from all that was seen; their precision is that of what the earlier four fifths teach,
    on the last fifth. The same examples give the same rules.
    """
    ordered = sorted(seen, key=lambda one: one.at)
    rules = list(_rules(ordered, org, categories))
    cut = len(ordered) - int(len(ordered) * _HELD_BACK)
    return _tried(rules, ordered[cut:], Shares(ordered[:cut], org, categories), org, categories)


def _rules(
    seen: Sequence[Example], org: Org, categories: Mapping[str, Category]
) -> Iterator[LearntRule]:
    shares = Shares(seen, org, categories)
    known = {step for one in seen if one.target for step in path(one.category, categories)}
    places = _places(seen, org)
    for category in sorted(known, key=lambda each: (-len(path(each, categories)), each)):
        yield from _of_category(category, places, shares)
    if known:
        yield from _of_category("", places, shares)


def _places(seen: Iterable[Example], org: Org) -> dict[str, list[str]]:
    """The townships seen, each with its villages seen; empty for villages outside of any."""
    found: dict[str, set[str]] = {}
    for one in seen:
        township = org.at_level(one.territory, "township") or ""
        village = org.at_level(one.territory, "village")
        found.setdefault(township, set()).update([village] if village else ())
    return {township: sorted(found[township]) for township in sorted(found)}


def _of_category(
    category: str, places: Mapping[str, list[str]], shares: Shares
) -> Iterator[LearntRule]:
    usual = _best(shares.of(category))
    villages: dict[str, Best] = {}
    townships: dict[str, Best] = {}
    for township, below in places.items():
        here = shares.of(category, township)
        if _differs(here, usual):
            townships[township] = _best(here)
        nearest = townships.get(township, usual)
        found = {village: shares.of(category, village) for village in below}
        villages |= {code: _best(at) for code, at in found.items() if _differs(at, nearest)}
    for exceptions in (villages, townships):
        for codes, best in _together(exceptions):
            support = sum(shares.support(category, code) for code in codes)
            yield LearntRule(category, codes, best, support)
    yield LearntRule(category, (), usual, shares.support(category))


def _best(shares: Mapping[str, float]) -> Best:
    ranked = sorted(shares.items(), key=lambda each: (-each[1], each[0]))[:BEST]
    return tuple((target, max(round(share, 3), 0.001)) for target, share in ranked)


def _differs(here: Mapping[str, float], usual: Best) -> bool:
    """Whether what is usual would mislead here: another unit first, a first share far off, or
    best three that miss much of what the best three of this place hold."""
    best, first = _best(here), usual[0]
    if best[0][1] - here[first[0]] >= _AHEAD or abs(best[0][1] - first[1]) >= _FAR:
        return True
    return sum(s for _t, s in best) - sum(here[t] for t, _s in usual) >= _MISSED


def _same(one: Best, other: Best) -> bool:
    return _order(one) == _order(other) and abs(one[0][1] - other[0][1]) < _FAR


def _order(best: Best) -> tuple[str, ...]:
    return tuple(target for target, _share in best)


def _together(exceptions: Mapping[str, Best]) -> Iterator[tuple[tuple[str, ...], Best]]:
    """Places of which the same is said, with the means of their shares."""
    groups: list[dict[str, Best]] = []
    for place, best in sorted(exceptions.items(), key=lambda each: (-each[1][0][1], each[0])):
        group = next((g for g in groups if _same(next(iter(g.values())), best)), None)
        if group is None:
            groups.append({place: best})
        else:
            group[place] = best
    for group in groups:
        columns = zip(*group.values(), strict=True)
        means = (round(sum(share for _t, share in each) / len(group), 3) for each in columns)
        order = _order(next(iter(group.values())))
        yield tuple(sorted(group)), tuple(zip(order, means, strict=True))


def _tried(
    rules: Sequence[LearntRule],
    later: Iterable[Example],
    earlier: Shares,
    org: Org,
    categories: Mapping[str, Category],
) -> list[LearntRule]:
    index = _Index(rules, org, categories)
    tried, right = [0] * len(rules), [0] * len(rules)
    for one in later:
        number = index.find(one)
        best = _best(earlier.of(one.category, one.territory))
        if number is not None and best:
            tried[number] += 1
            right[number] += best[0][0] == one.target
    counted = zip(rules, tried, right, strict=True)
    return [msgspec.structs.replace(rule, tried=t, right=r) for rule, t, r in counted]


class _Index:
    """Which of the rules decides an example."""

    def __init__(
        self, rules: Iterable[LearntRule], org: Org, categories: Mapping[str, Category]
    ) -> None:
        self._org = org
        self._categories = categories
        self._rules = {
            (rule.category, place): number
            for number, rule in enumerate(rules)
            for place in rule.places or ("",)
        }

    def find(self, one: Example) -> int | None:
        levels = (self._org.at_level(one.territory, level) for level in ("village", "township"))
        places = [*(place for place in levels if place), ""]
        steps = (*reversed(path(one.category, self._categories)), "")
        keys = ((category, place) for category in steps for place in places)
        return next((self._rules[key] for key in keys if key in self._rules), None)
