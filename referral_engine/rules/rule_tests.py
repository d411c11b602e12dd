"""Test files: a top-level ``tests:`` list, read with the same faults as the rules it tests."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace
from yaml.nodes import MappingNode, Node, SequenceNode

from referral_engine.errors import Place
from referral_engine.i18n import _
from referral_engine.rules import lint, vocabulary
from referral_engine.rules.convert import read_bool, read_int, read_moment, read_span
from referral_engine.rules.issue_nodes import read_issue
from referral_engine.rules.operands import read_path, read_unit
from referral_engine.rules.reader import Entries, Entry, Reader
from referral_engine.rules.tree_tests import Action, Expectation, Expected, RuleTest, Then
from referral_engine.spelling import nearest

__all__ = ["EXPECTATIONS", "VERBS", "read_tests"]

_TEST_KEYS = frozenset({"name", "issue", "texts", "earlier", "expect", "then"})
_STEP_KEYS = frozenset({"after", "at", "do", "expect"})

EXPECTATIONS: dict[str, str] = {
    "rule": "规则",
    "outcome": "结果",
    "matched": "命中规则",
    "prepared": "预处理规则",
    "lead": "主办",
    "support": "协办",
    "whistle": "吹哨",
    "path": "路径",
    "seal": "保密",
    "sealed": "密件",
    "link": "关联",
    "proposal": "建议",
    "suggested": "备选",
    "why": "理由",
    "basis": "依据",
    "severity": "等级",
    "category": "类别",
    "tags": "标签",
    "claim_by": "签收期限",
    "contact_by": "联系期限",
    "arrive_by": "报到期限",
    "report_by": "反馈期限",
    "answer_by": "答复期限",
    "clocks": "各项时限",
    "required": "必须协办",
    "state": "状态",
    "owner": "责任单位",
    "owner_level": "责任层级",
    "escalations": "升级规则",
    "flags": "标记",
    "reminded": "已催办",
    "supervised": "已督办",
    "stepped_up": "已提级",
    "notified": "已通知",
    "conferred": "已会商",
    "designated": "已指定",
    "recommended": "已建议",
}
"""What a test may expect, with its Chinese alias."""

VERBS: dict[str, str] = {
    "accept": "受理",
    "reject": "不予受理",
    "redirect": "引导",
    "dispatch": "派单",
    "whistle": "吹哨",
    "stand_down": "销哨",
    "handle_now": "即办",
    "hand_off": "移交",
    "claim": "签收",
    "contact": "联系",
    "decline": "退单",
    "not_needed": "无需配合",
    "progress": "续报",
    "arrive": "报到",
    "report": "反馈",
    "transfer": "转办",
    "extend": "延期",
    "hold": "中止计时",
    "resume": "恢复计时",
    "step_up": "提级",
    "supervise": "督办",
    "designate": "指定承办",
    "confer": "会商",
    "review": "审核",
    "call_back": "回访",
    "rate": "评价",
    "rework": "重办",
    "object": "异议",
    "add_accused": "补充被反映对象",
    "withdraw": "撤回",
    "defer": "挂账",
    "sign": "签批",
    "close": "结案",
}
"""What a test may let people do, with its Chinese alias."""

_LISTS = frozenset(
    {
        "matched",
        "prepared",
        "support",
        "required",
        "suggested",
        "tags",
        "escalations",
        "flags",
        "reminded",
        "notified",
        "conferred",
        "recommended",
    }
)
_MOMENTS = frozenset({"claim_by", "contact_by", "arrive_by", "report_by", "answer_by"})
_BOOLS = frozenset({"sealed", "supervised", "stepped_up"})
_MAY_BE_NONE = frozenset({"path", "link", "whistle", "seal", "proposal"})
"""What a test may expect not to be there: ``none``."""
_UNITS = frozenset({"lead", "owner", "designated"})
_UNIT_LISTS = frozenset({"support", "required", "suggested"})


def read_tests(reader: Reader, root: Node) -> tuple[RuleTest, ...]:
    """The tests of a file; one that cannot be read is left out and reported."""
    entries = reader.entries(root, ("kind", "tests"), required=("tests",))
    if "tests" not in entries:
        return ()
    found = (_tests(reader, node) for node in reader.items(entries["tests"][1]))
    return tuple(test for tests in found for test in tests)


def _tests(reader: Reader, node: Node) -> tuple[RuleTest, ...]:
    """The test, or one for each of its ``texts``, which stand in the place of the issue's."""
    test, texts = _test(reader, node)
    if test is None or not texts:
        return () if test is None else (test,)
    return tuple(
        replace(
            test,
            name=f"{test.name}: {text}",
            issue=replace(test.issue, text=text),
            place=place,
        )
        for text, place in texts
    )


def _test(reader: Reader, node: Node) -> tuple[RuleTest | None, list[tuple[str, Place]]]:
    entries = reader.entries(node, _TEST_KEYS, required=("name", "issue", "expect"))
    issue = read_issue(reader, entries["issue"][1]) if "issue" in entries else None
    earlier = reader.items(entries["earlier"][1]) if "earlier" in entries else []
    before = [read_issue(reader, item) for item in earlier]
    expect = _expectations(reader, entries.get("expect"))
    then = reader.items(entries["then"][1]) if "then" in entries else []
    steps = [_step(reader, item) for item in then]
    inside = reader.items(entries["texts"][1]) if "texts" in entries else []
    texts = [(text, reader.place(item)) for item in inside if (text := reader.text(item))]
    if issue is None or "name" not in entries:
        return None, texts
    test = RuleTest(
        name=reader.text(entries["name"][1]),
        issue=issue,
        expect=expect,
        steps=tuple(step for step in steps if step is not None),
        place=reader.place(node),
        earlier=tuple(one for one in before if one is not None),
    )
    return test, texts


def _step(reader: Reader, node: Node) -> Then | None:
    entries = reader.entries(node, _STEP_KEYS)
    after = read_span(reader, entries["after"][1]) if "after" in entries else None
    at = read_moment(reader, entries["at"][1]) if "at" in entries else None
    if "after" in entries and "at" in entries:
        reader.wrong(entries["at"][0], _("the only time: a step is `after` or `at`"))
        return None
    if isinstance(node, MappingNode) and not ("after" in entries or "at" in entries):
        reader.report(lint.missing_key.fault(reader.place(node), "after"))
    do = _actions(reader, entries)
    expect = _expectations(reader, entries.get("expect"))
    if after is None and at is None:
        return None
    return Then(after, at, do, expect, reader.place(node))


def _actions(reader: Reader, entries: Entries) -> tuple[Action, ...]:
    if "do" not in entries:
        return ()
    found = (_action(reader, item) for item in reader.some(entries["do"][1]))
    return tuple(action for action in found if action is not None)


def _action(reader: Reader, node: Node) -> Action | None:
    """``claim``, or ``{claim: police}``, or ``{decline: {by: police, ground: crime}}``."""
    if not isinstance(node, MappingNode):
        verb = reader.word(node, VERBS)
        return Action(verb, "", (), reader.place(node)) if verb else None
    pairs = reader.pairs(node)
    if len(pairs) != 1:
        reader.wrong(node, _("one action, as in {claim: police}"))
        return None
    key, value = pairs[0]
    verb = reader.spelt(key, key.value, VERBS)
    by, arguments = _arguments(reader, value)
    return Action(verb, by, arguments, reader.place(key)) if verb else None


def _arguments(reader: Reader, node: Node) -> tuple[str, tuple[tuple[str, str], ...]]:
    if not isinstance(node, MappingNode):
        word = reader.text(node)
        return (_actor(reader, node, word) if word else ""), ()
    by = ""
    arguments: list[tuple[str, str]] = []
    for key, value in reader.words(node).values():
        if key.value in ("by", "由"):
            by = _actor(reader, value, reader.text(value))
        else:
            arguments.append((str(key.value), reader.text(value)))
    return by, tuple(arguments)


def _actor(reader: Reader, node: Node, word: str) -> str:
    """A unit, or somebody who is none: the reporter, the centre, a leader."""
    for name, label in vocabulary.RUNNING_LABELS.items():
        if word in (name, f"@{name}", label):
            return name
    return read_unit(reader, node, word)


def _expectations(reader: Reader, entry: Entry | None) -> tuple[Expectation, ...]:
    if entry is None:
        return ()
    found: dict[str, Expectation] = {}
    for key, value in reader.words(entry[1]).values():
        name = _expectation(reader, key)
        if not name:
            continue
        if name in found:  # once in each language
            line = found[name].place.line
            reader.report(lint.duplicate_key.fault(reader.place(key), key.value, line))
        expected = _expected(reader, name, value)
        if expected is not None:
            found[name] = Expectation(name, expected, reader.place(value))
    return tuple(found.values())


def _expectation(reader: Reader, key: Node) -> str:
    for name, label in EXPECTATIONS.items():
        if key.value in (name, label):
            return name
    near = nearest(key.value, [*EXPECTATIONS, *EXPECTATIONS.values()])
    reader.report(lint.unknown_key.fault(reader.place(key), key.value, near))
    return ""


def _expected(reader: Reader, name: str, node: Node) -> Expected | None:
    if name in _LISTS or (name == "supervised" and isinstance(node, SequenceNode)):
        texts = [(item, reader.text(item)) for item in _list(reader, node)]
        if name in _UNIT_LISTS:
            return tuple(read_unit(reader, item, text) for item, text in texts if text)
        return tuple(text for _item, text in texts)
    if name == "clocks":
        return _clocks(reader, node)
    if name in _MOMENTS:
        return read_moment(reader, node)
    if name in _BOOLS:
        return read_bool(reader, node)
    if name == "severity":
        return read_int(reader, node)
    if name in _MAY_BE_NONE and node.value in ("none", "无"):
        return ""
    if name == "path":
        return read_path(reader, node, reader.text(node))
    text = reader.text(node)
    return read_unit(reader, node, text) if name in _UNITS and text else text


def _clocks(reader: Reader, node: Node) -> tuple[tuple[str, datetime], ...]:
    """Clocks by name, of a support as ``unit.clock``, and when they end."""
    pairs = [(str(key.value), read_moment(reader, value)) for key, value in reader.pairs(node)]
    return tuple((name, moment) for name, moment in pairs if moment is not None)


def _list(reader: Reader, node: Node) -> list[Node]:
    return list(node.value) if isinstance(node, SequenceNode) else [node]
