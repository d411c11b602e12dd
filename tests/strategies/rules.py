"""Random conditions, rule sets and issues, as nodes of the language: small worlds, many clashes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any as Anything

from hypothesis import strategies as st

from referral_engine.errors import Place
from referral_engine.model.issue import Issue, Location, Reporter
from referral_engine.model.span import Span
from referral_engine.model.target import Target
from referral_engine.model.territory import Territory
from referral_engine.org import Org
from referral_engine.org.content import Content
from referral_engine.rules.fields import Field, registry
from referral_engine.rules.tree import (
    All,
    Any,
    Condition,
    Effective,
    HoursWindow,
    Leaf,
    Not,
    Refer,
    Repeats,
    RoutingEffects,
    RoutingRule,
    RoutingTable,
    RuleSet,
    Season,
)
from referral_engine.rules.world import World
from referral_engine.worktime import WorkCalendar

__all__ = [
    "CATEGORIES",
    "DAYS",
    "FIELDS",
    "PLACE",
    "TERRITORIES",
    "WORLD",
    "answers",
    "conditions",
    "issues",
    "leaf",
    "rule_set",
    "rule_sets",
]

PLACE = Place("rules/routing/test.yaml", 3, 5)

FIELDS = registry().extended(
    (
        Field(name="market_supervision.amount", type="number", label="金额", settable=True),
        Field(name="test.wait", type="duration", label="等待"),
        Field(name="test.remark", type="text", label="备注"),
        Field(name="extra.street", type="string", label="街道", may_be_missing=True),
    )
)

TERRITORIES = (
    Territory("620922", "瓜州县", "county"),
    Territory("620922100", "渊泉镇", "township", "620922"),
    Territory("620922101", "柳园镇", "township", "620922"),
    Territory("620922100001", "一村", "village", "620922100"),
    Territory("620922100001003", "一村三格", "grid", "620922100001"),
)
CATEGORIES = {
    "D": "", "D01": "D", "M": "", "M04": "M", "M04a": "M04", "M04d": "M04", "S": "", "S03": "S",
}  # fmt: skip
_calendar = WorkCalendar()
WORLD = World(Org(Content(TERRITORIES), _calendar.zone), _calendar, CATEGORIES)

# Full-width, capitals and letters that fold to two, so that the normal form has work to do.
_WORDS = ("燃气", "泄漏", "漏", "噪声", "GAS", "ｇａｓ", "（", "Straße", "a.c", "12")
_PATTERNS = (
    "燃气.{0,3}泄?漏", "^燃", "漏$", "gas|噪声", "（[0-9]+）", r"\d{2}", "[漏噪ａ]声?", "straße",
    "x*", "(?:ab)?[（）]", r"\（", "(燃气|泄漏)", "噪声|泄漏", "(燃气|噪声).{0,3}[漏0-2]", "漏+",
)  # fmt: skip
_TAGS = ("燃气险情", "群体性", "欠薪", "夜间")
_UNITS = ("police", "housing", "620922100")
_STREETS = ("人民路", "解放路", "")

DAYS = st.sampled_from([date(2025, 12, 30) + timedelta(days=number) for number in range(5)])
_zones = st.sampled_from((UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-5))))
# Few enough that values meet again and meet the bounds of rules: what is remembered gets used.
_DATES = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2), date(2026, 2, 28))
_HOURS = (0, 1, 6, 12, 16, 18, 23)
_moments = st.builds(
    lambda day, hour, minute, zone: datetime(
        day.year, day.month, day.day, hour, minute, tzinfo=zone
    ),
    st.sampled_from(_DATES),
    st.sampled_from(_HOURS),
    st.sampled_from((0, 30)),
    _zones,
)
_codes = st.sampled_from((*(t.code for t in TERRITORIES), "620922101000", "620923", "nowhere"))
_categories = st.sampled_from((*CATEGORIES, "Z9"))
_amounts = st.sampled_from((0.0, 9.5, 10.0, 10.5, 1000.0, -1.0))
_spans = st.builds(Span, st.sampled_from((1, 24, 60)), st.sampled_from(("m", "h", "d", "wd", "wh")))
_truths = st.booleans()


def leaf(field: str, operator: str, value: Anything) -> Leaf:
    """A leaf as the loader makes it."""
    return Leaf(field, operator, value, PLACE)


def _leaves(
    field: str, operators: dict[str, st.SearchStrategy[Anything]]
) -> st.SearchStrategy[Leaf]:
    return st.sampled_from(sorted(operators)).flatmap(
        lambda name: operators[name].map(lambda value: leaf(field, name, value))
    )


def _several(values: st.SearchStrategy[Anything]) -> st.SearchStrategy[tuple[Anything, ...]]:
    return st.lists(values, min_size=1, max_size=3).map(tuple)


def _scalar(values: st.SearchStrategy[Anything]) -> dict[str, st.SearchStrategy[Anything]]:
    many = _several(values)
    return {"eq": values, "ne": values, "in": many, "not_in": many, "exists": _truths}


def _ordered(values: st.SearchStrategy[Anything]) -> dict[str, st.SearchStrategy[Anything]]:
    pairs = st.tuples(values, values)
    return {"gt": values, "gte": values, "lt": values, "lte": values, "between": pairs}


def _tree(values: st.SearchStrategy[str], levels: tuple[str, ...]) -> dict[str, Anything]:
    return {**_scalar(values), "under": values, "at_level": st.sampled_from(levels)}


def _listed(values: st.SearchStrategy[str]) -> dict[str, st.SearchStrategy[Anything]]:
    many = _several(values)
    return {"has": values, "has_any": many, "has_all": many, "empty": _truths, "exists": _truths}


_minutes = st.sampled_from(_HOURS).map(lambda hour: hour * 60) | st.sampled_from((90, 750, 1440))
_days_of_year = st.sampled_from([(1, 1), (1, 2), (2, 28), (6, 30), (12, 31)])
_TIME = {
    "eq": _moments,
    "exists": _truths,
    **_ordered(_moments),
    "lt": DAYS,
    "between": st.tuples(DAYS, DAYS),
    "hours": st.builds(HoursWindow, _minutes, _minutes),
    "season": st.builds(Season, _days_of_year, _days_of_year),
    "day": st.sampled_from(("workday", "restday", "holiday")),
}
_words = st.sampled_from(_WORDS)
_TEXT = {
    **_scalar(_words),
    "contains": _words,
    "contains_any": _several(_words),
    "contains_all": _several(_words),
    "matches": st.sampled_from(_PATTERNS),
}

_LEAVES: tuple[st.SearchStrategy[Leaf], ...] = (
    _leaves("category", _tree(_categories, ("1", "2", "3"))),
    _leaves("territory", _tree(_codes, ("county", "township", "village", "grid"))),
    _leaves("channel", _scalar(st.sampled_from(("app", "hotline")))),
    _leaves("severity", _scalar(st.integers(1, 4)) | _ordered(st.integers(1, 4))),
    _leaves("tags", _listed(st.sampled_from(_TAGS))),
    _leaves("accused", _listed(st.sampled_from(_UNITS))),
    _leaves("text", _TEXT),
    _leaves("text", _TEXT),
    _leaves("test.remark", _TEXT),
    _leaves("received_at", _TIME),
    _leaves("received_at", _TIME),
    _leaves("path", _scalar(st.sampled_from(("mediation", "petition")))),
    _leaves("sealed", {"eq": _truths}),
    _leaves("extra.street", _scalar(st.sampled_from(_STREETS[:2]))),
    _leaves("market_supervision.amount", _scalar(_amounts) | _ordered(_amounts)),
    _leaves("market_supervision.amount", _ordered(_amounts)),
    _leaves("test.wait", {"eq": _spans, "exists": _truths, **_ordered(_spans)}),
)
_repeats = st.builds(
    Repeats,
    st.sampled_from((("category",), ("reporter", "territory"))),
    st.just(Span(90, "d")),
    st.integers(1, 3),
    st.just(PLACE),
)


def _joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    lists = st.lists(parts, max_size=3).map(tuple)
    kinds: tuple[Callable[..., Condition], ...] = (All, Any)
    nodes = st.sampled_from(kinds).flatmap(lambda kind: st.builds(kind, lists, st.just(PLACE)))
    return nodes | st.builds(Not, parts, st.just(PLACE))


conditions: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(*_LEAVES, _repeats), _joined, max_leaves=6
)

_effects = st.builds(
    RoutingEffects,
    refer=st.just(Refer(Target(unit="housing"))),
    set=st.lists(
        st.tuples(st.just("severity"), st.integers(1, 4))
        | st.tuples(st.just("category"), _categories)
        | st.tuples(st.just("market_supervision.amount"), _amounts),
        max_size=2,
        unique_by=lambda pair: pair[0],
    ).map(tuple),
    tag=st.lists(st.sampled_from(_TAGS), max_size=2).map(tuple),
    path=st.sampled_from(("", "mediation", "petition")),
    seal=st.sampled_from(("", "", "minor", "accusation")),
    link=st.sampled_from(("", "", "incident", "problem")),
)
_windows = st.builds(Effective, st.none() | DAYS, st.none() | DAYS)
_rules = st.tuples(
    st.none() | conditions,
    _effects,
    st.just(Effective()) | _windows,
)


def rule_set(*tables: RoutingTable) -> RuleSet:
    """Routing tables as a whole rule set."""
    return RuleSet(
        hash="test", language=1, routing=tables, escalation=(), lists={}, whistles={}, paths={},
        sources={},
    )  # fmt: skip


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    """Up to three tables that prepare and three that decide, the last one with a default."""
    tables = [_table(draw, number, "all") for number in range(draw(st.integers(0, 3)))]
    tables += [_table(draw, number, "first") for number in range(3, 3 + draw(st.integers(1, 3)))]
    last = max((t for t in tables if t.hit == "first"), key=lambda t: (t.rank, t.file))
    default = RoutingRule("default", "", None, RoutingEffects(), PLACE, why="属地首接")
    ended = [_with_default(table, default) if table is last else table for table in tables]
    return rule_set(*draw(st.permutations(ended)))


def _table(draw: st.DrawFn, number: int, hit: Anything) -> RoutingTable:
    drawn = draw(st.lists(_rules, min_size=1, max_size=8))
    rules = tuple(
        RoutingRule(f"rule-{number}-{place}", "", when, effects, PLACE, effective=effective)
        for place, (when, effects, effective) in enumerate(drawn)
    )
    rank = draw(st.sampled_from((100, 100, 50)))
    return RoutingTable(f"{number}.yaml", rank, hit, draw(st.none() | conditions), rules)


def _with_default(table: RoutingTable, default: RoutingRule) -> RoutingTable:
    return RoutingTable(table.file, table.rank, table.hit, table.when, table.rules, default)


_texts = st.lists(
    st.sampled_from((*_WORDS, "，", "\n", "12", "（1）", "煤气", "İ", "")), max_size=6
).map("".join)
_extras = st.fixed_dictionaries(
    {"market_supervision.amount": st.sampled_from((None, 9.5, 9.6, "10", "ten", 10.2, 11))},
    optional={
        "street": st.sampled_from(_STREETS),
        "test.wait": st.sampled_from(("60m", "1h", "1d", "24h", "1wd", "soon")),
        "test.remark": _texts,
    },
)
issues: st.SearchStrategy[Issue] = st.builds(
    Issue,
    channel=st.sampled_from(("app", "hotline", "device")),
    received_at=_moments,
    title=_texts,
    text=_texts,
    category=_categories | st.just(""),
    territory=_codes | st.just(""),
    reporter=st.builds(Reporter, anonymous=_truths),
    people=st.integers(1, 9),
    severity=st.integers(1, 4),
    tags=st.lists(st.sampled_from((*_TAGS, "其他")), max_size=3, unique=True).map(tuple),
    accused=st.lists(st.sampled_from(_UNITS), max_size=2, unique=True).map(tuple),
    location=st.none() | st.just(Location(40.5, 95.8)),
    extra=_extras,
)
answers: st.SearchStrategy[dict[str, int]] = st.fixed_dictionaries(
    {},
    optional={
        "repeats(category;90d)": st.integers(0, 4),
        "repeats(reporter,territory;90d)": st.integers(0, 4),
    },
)
