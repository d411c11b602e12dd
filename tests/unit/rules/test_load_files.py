"""Files that cannot be read as rules: each gets its fault, and the others are still read."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from referral_engine.errors import Faulty
from referral_engine.rules.load import load_rules, load_sources, read_rules, read_sources
from referral_engine.rules.names import Names

NAMES = Names(units={"police": "公安局"})
SOUND = """kind: routing
hit: first
rules:
  - {id: a, name: 夜间占道经营, refer: {lead: police}}
default: {refer: {lead: police}}
"""


def only_fault(data: bytes, folder: Path) -> tuple[str, int, int, str]:
    file = folder / "faulty.yaml"
    file.write_bytes(data)
    (folder / "sound.yaml").write_text(SOUND, "utf-8")
    loaded = read_rules([folder], names=NAMES, root=folder)
    assert len(loaded.rule_set.routing) == 1, "the sound file is still read"
    (fault,) = loaded.errors
    assert fault.place.file == "faulty.yaml"
    return fault.code, fault.place.line, fault.place.column, fault.suggestion


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [
        pytest.param(b"", "NOT_A_TABLE", 1, 1, id="empty"),
        pytest.param(b"# only a comment\n", "NOT_A_TABLE", 1, 1, id="comment"),
        pytest.param(b"---\n...\n", "NOT_A_TABLE", 1, 1, id="empty document"),
        pytest.param(b"just a word\n", "NOT_A_TABLE", 1, 1, id="scalar"),
        pytest.param(b"- a\n", "NOT_A_TABLE", 1, 1, id="list"),
        pytest.param("kind: lists\n# 名单".encode("gbk"), "ENCODING", 2, 3, id="gbk"),
        pytest.param(SOUND.encode("utf-16"), "ENCODING", 1, 1, id="utf-16"),
        pytest.param(b"kind: lists\n# \xff\xff\n", "ENCODING", 2, 3, id="no encoding"),
        pytest.param(b"kind: lists\nlists: {a: [b\0]}\n", "ENCODING", 2, 14, id="nul"),
        pytest.param(b"kind: lists\r\n# \x07\r\n", "ENCODING", 2, 3, id="control character"),
        pytest.param(b"kind: lists\nlists:\n\ta: [b]\n", "YAML_SYNTAX", 3, 1, id="tab"),
        pytest.param(b"kind: lists\nlists: {a: [b}\n", "YAML_SYNTAX", 2, 14, id="bracket"),
        pytest.param(b'kind: lists\nlists: {a: ["b]}\n', "YAML_SYNTAX", 2, 13, id="quote"),
        pytest.param(b"a: 1\n---\nb: 2\n", "YAML_SYNTAX", 2, 1, id="two documents"),
        pytest.param(b"kind: lists\nlists: {a: [*b]}\n", "YAML_SYNTAX", 2, 13, id="no anchor"),
        pytest.param(b"rules: []\n", "MISSING_KEY", 1, 1, id="no kind"),
        pytest.param(b"kind: [routing]\n", "UNKNOWN_KIND", 1, 7, id="kind is a list"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_read(
    data: bytes, code: str, line: int, column: int, tmp_path: Path
) -> None:
    assert only_fault(data, tmp_path)[:3] == (code, line, column)


def test_a_full_width_colon_is_pointed_out(tmp_path: Path) -> None:
    code, _line, _column, hint = only_fault("kind: lists\n名单：{a: [b]}\n".encode(), tmp_path)
    assert code == "YAML_SYNTAX"
    assert "full-width colon" in hint


def test_a_tab_is_pointed_out(tmp_path: Path) -> None:
    assert "tab" in only_fault(b"kind: lists\nlists:\n\ta: [b]\n", tmp_path)[3]


def test_a_byte_order_mark_and_windows_lines_change_nothing(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_bytes(codecs.BOM_UTF8 + SOUND.replace("\n", "\r\n").encode())
    marked = load_rules([file], names=NAMES)
    assert marked.hash == load_sources({"rules.yaml": SOUND}, names=NAMES).hash
    assert marked.routing[0].rules[0].place.column == 10


def test_columns_count_characters_not_bytes() -> None:
    text = "种类: 名单\n名单: {噪声词: [喇叭, {}]}\n"
    (fault,) = read_sources({"l.yaml": text}).errors
    assert (fault.place.line, fault.place.column) == (2, 16)
    assert fault.source == "名单: {噪声词: [喇叭, {}]}"


def test_an_explicit_tag_builds_nothing() -> None:
    text = "kind: lists\nlists: {a: [!!python/object/apply:os.getcwd []]}\n"
    assert [fault.code for fault in read_sources({"l.yaml": text}).errors] == ["WRONG_TYPE"]
    text = "kind: lists\nlists: {a: [!!python/name:os.system b]}\n"
    assert [fault.code for fault in read_sources({"l.yaml": text}).errors] == ["YAML_SYNTAX"]


def test_aliases_that_multiply_are_refused_without_being_expanded() -> None:
    levels = "\n".join(
        f"  l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 9)}]" for level in range(1, 12)
    )
    text = f"kind: lists\nlists:\n  l0: &l0 [a]\n{levels}\n"
    (fault,) = read_sources({"l.yaml": text}).errors
    assert fault.code == "BAD_ANCHOR"


@pytest.mark.parametrize("text", ["[" * 50_000, "- " * 300_000 + "x", "{a: " * 9_000])
def test_nesting_without_end_is_refused_before_the_parser_overflows(text: str) -> None:
    (fault,) = read_sources({"l.yaml": text}).errors
    assert fault.code == "TOO_DEEP"


def test_anchors_and_merge_keys_save_writing() -> None:
    text = """kind: routing
hit: first
rules:
  - &first
    id: a
    name: A
    basis: 条例
    when: {people: {gte: 3}}
    refer: {lead: police}
  - <<: *first
    id: b
    when: {people: {gte: 2}}
default: {refer: {lead: police}}
"""
    first, second = load_sources({"r.yaml": text}, names=NAMES).routing[0].rules
    assert (first.id, second.id, second.basis) == ("a", "b", "条例")
    assert first.effects == second.effects
    assert first.when != second.when


def test_all_faults_of_all_files_are_reported_in_one_sorted_run(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("kind: routeing\n", "utf-8")
    (tmp_path / "a.yaml").write_text(SOUND.replace("police", "polcie"), "utf-8")
    with pytest.raises(Faulty) as caught:
        load_rules([tmp_path], names=NAMES, root=tmp_path)
    told = [(str(fault.place), fault.code) for fault in caught.value.faults]
    assert told == sorted(told)
    errors = [fault for fault in caught.value.faults if fault.severity == "error"]
    assert [(fault.place.file, fault.code) for fault in errors] == [
        ("a.yaml", "UNKNOWN_UNIT"),
        ("a.yaml", "UNKNOWN_UNIT"),
        ("b.yaml", "UNKNOWN_KIND"),
    ]


TWENTY = """kind: routing
hit: frist
rank: high
wehn: {people: {gte: 1}}
rules:
  - id: a
    name: A
    name: B
    when:
      all:
        - catgory: {under: M}
        - people: {atleast: 3}
        - people: {gte: many}
        - tags: {eq: x}
        - category: {under: ZZ}
        - text: {matches: '(x'}
        - text: {contains_any: $nothing}
        - territory: M01
        - {people: {gt: 1}, severity: {lt: 3}}
        - received_at: {hours: "25:00-26:00"}
        - overdue_h: {gt: 3}
        - not: {}
    refer: {lead: polcie, whistle: urgent}
    within: {claim: 2 hours}
  - id: a
    name: A
    seal: minor
  - name: nobody
    set: {people: 3}
"""


def test_a_file_with_twenty_different_faults_reports_them_all_in_one_run() -> None:
    names = Names(units={"police": ""}, categories={"M": ""}, territories={"620922": ""})
    errors = read_sources({"r.yaml": TWENTY}, names=names).errors
    told = [(fault.code, fault.place.line) for fault in errors]
    assert told == [
        ("NO_DEFAULT", 1),
        ("UNKNOWN_VALUE", 2),
        ("WRONG_TYPE", 3),
        ("UNKNOWN_KEY", 4),
        ("DUPLICATE_KEY", 8),
        ("UNKNOWN_FIELD", 11),
        ("UNKNOWN_OPERATOR", 12),
        ("WRONG_TYPE", 13),
        ("WRONG_OPERATOR", 14),
        ("UNKNOWN_CATEGORY", 15),
        ("BAD_PATTERN", 16),
        ("UNKNOWN_LIST", 17),
        ("MISSING_OPERATOR", 18),
        ("TWO_KEYS", 19),
        ("WRONG_TYPE", 20),
        ("FIELD_OUT_OF_SCOPE", 21),
        ("EMPTY_CONDITION", 22),
        ("UNKNOWN_UNIT", 23),
        ("UNKNOWN_VALUE", 23),
        ("BAD_SPAN", 24),
        ("DUPLICATE_ID", 25),
        ("WRONG_PHASE", 27),
        ("MISSING_KEY", 28),
        ("NOT_SETTABLE", 29),
    ]
    assert {fault.rule for fault in errors if 6 <= fault.place.line <= 24} == {"a"}


def test_two_keys_hide_no_fault_that_either_has() -> None:
    """Nor do two operators of one field."""
    text = SOUND.replace("refer: {lead: police}}\n", """when: {any: [
      {catgory: {under: M}, people: {gte: many}},
      {people: {gte: some, atmost: 3}},
      {not: {severity: {lt: low}, text: {matches: '(x'}}, all: []}]}, refer: {lead: police}}
""", 1)  # fmt: skip
    errors = read_sources({"r.yaml": text}, names=NAMES).errors
    assert [(fault.code, fault.place.line) for fault in errors] == [
        ("UNKNOWN_FIELD", 5), ("TWO_KEYS", 5), ("WRONG_TYPE", 5),
        ("WRONG_TYPE", 6), ("TWO_KEYS", 6), ("UNKNOWN_OPERATOR", 6),
        ("UNKNOWN_VALUE", 7), ("TWO_KEYS", 7), ("BAD_PATTERN", 7),
        ("EMPTY_CONDITION", 7), ("TWO_KEYS", 7),
    ]  # fmt: skip


def test_a_path_that_is_not_there_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_rules([tmp_path / "nothing"])


def test_hidden_files_and_other_suffixes_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".hidden.yaml").write_text("nonsense: [", "utf-8")
    (tmp_path / "notes.txt").write_text("nonsense: [", "utf-8")
    (tmp_path / "rules.yml").write_text(SOUND, "utf-8")
    assert list(load_rules([tmp_path], names=NAMES, root=tmp_path).sources) == ["rules.yml"]


@pytest.mark.parametrize("begin", ["tests:", "# 测试用例\n\ntests:", "测试:", "\n  # x\ntests :"])
def test_tests_may_be_left_unread(tmp_path: Path, begin: str) -> None:
    """The rules are the same without them; whatever is wrong with tests is not looked for."""
    (tmp_path / "rules.yaml").write_text(SOUND, "utf-8")
    (tmp_path / "more.yaml").write_text(f"{begin}\n  - nonsense: [", "utf-8")
    with_tests = read_rules([tmp_path], names=NAMES)
    without = read_rules([tmp_path], names=NAMES, tested=False)
    assert [fault.code for fault in with_tests.errors] == ["YAML_SYNTAX"]
    assert not {f.code for f in without.faults} & {"YAML_SYNTAX", "UNTESTED_RULE"}
    assert without.rule_set.hash == with_tests.rule_set.hash
