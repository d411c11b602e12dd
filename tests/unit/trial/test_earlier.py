"""What came before, counted as the store counts it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from referral_engine.errors import Place
from referral_engine.model.issue import Issue, Reporter
from referral_engine.model.span import Span
from referral_engine.rules.tree import All, Not, Repeats, RoutingEffects, RoutingRule, RoutingTable
from referral_engine.rules.tree import RuleSet as Rules
from referral_engine.trial.earlier import Earlier

HERE = Place("rules.yaml", 1, 1)
START = datetime(2026, 1, 1, tzinfo=UTC)
QUESTIONS = (
    Repeats(("reporter", "category"), Span(3, "d"), 2, HERE),
    Repeats(("township",), Span(5, "h"), 2, HERE),
)


def rules() -> Rules:
    """Rules that ask the questions, one of them deep inside a condition."""
    deep = All((Not(All((QUESTIONS[1],), HERE), HERE),), HERE)
    asking = tuple(
        RoutingRule(str(n), "", when, RoutingEffects(), HERE)
        for n, when in enumerate((QUESTIONS[0], deep, None))
    )
    table = RoutingTable("rules.yaml", 100, "first", None, asking)
    return Rules("", 1, (table,), (), {}, {}, {}, {})


def township(code: str) -> str:
    return code[:9]


ISSUES = st.builds(
    lambda phone, category, territory, hours: Issue(
        channel="hotline", received_at=START + timedelta(hours=hours), category=category,
        territory=territory, reporter=Reporter(phone=phone),
    ),
    st.sampled_from(["", "13800000001", "13800000002"]),
    st.sampled_from(["", "D01", "D02"]),
    st.sampled_from(["", "620922100", "620922100200", "620922101"]),
    st.integers(0, 200),
)  # fmt: skip


def naive(question: Repeats, issue: Issue, before: list[Issue]) -> int:
    def values(each: Issue) -> tuple[str, ...]:
        known = {
            "reporter": each.reporter.phone,
            "category": each.category,
            "township": township(each.territory),
        }
        return tuple(known[field] for field in question.same)

    if not all(values(issue)):
        return 1
    since = issue.received_at - question.within.elapsed()
    alike = (e for e in before if values(e) == values(issue))
    return 1 + sum(since <= each.received_at <= issue.received_at for each in alike)


@given(st.lists(ISSUES, max_size=12))
def test_it_counts_like_a_walk_over_all_that_came_before(issues: list[Issue]) -> None:
    earlier = Earlier(rules(), township)
    before: list[Issue] = []
    for issue in issues:
        for question in QUESTIONS:
            assert earlier.answer(question, issue) == naive(question, issue, before)
        earlier.add(issue)
        before.append(issue)


def test_a_reporter_is_one_by_phone_however_it_is_written() -> None:
    earlier = Earlier(rules(), township)
    first, second, nameless = (
        Issue(channel="app", received_at=START, category="D01", reporter=reporter)
        for reporter in (
            Reporter(name="张三", phone="+86 138-0000-0001"),
            Reporter(name="张先生", phone="13800000001"),
            Reporter(phone="13800000001", anonymous=True),
        )
    )
    earlier.add(first)
    assert earlier.answer(QUESTIONS[0], second) == 2
    assert earlier.answer(QUESTIONS[0], nameless) == 1


@given(st.lists(ISSUES, max_size=12), st.integers(0, 200))
def test_what_it_forgets_no_later_question_reaches(issues: list[Issue], hours: int) -> None:
    earlier, whole = Earlier(rules(), township), Earlier(rules(), township)
    for each in issues:
        earlier.add(each)
        whole.add(each)
    now = START + timedelta(hours=hours)
    earlier.forget(now)
    for asked in issues:
        assert whole.answers(asked) == {q.key: whole.answer(q, asked) for q in QUESTIONS}
        if asked.received_at >= now:
            for question in QUESTIONS:
                assert earlier.answer(question, asked) == whole.answer(question, asked)


def test_it_holds_nothing_that_is_too_old() -> None:
    earlier = Earlier(rules(), township)
    earlier.add(Issue("hotline", START, category="D01", territory="620922100",
                      reporter=Reporter(phone="13800000001")))  # fmt: skip
    assert len(earlier) == 2
    earlier.forget(START + timedelta(hours=6))
    assert len(earlier) == 1
    earlier.forget(START + timedelta(days=4))
    assert len(earlier) == 0
