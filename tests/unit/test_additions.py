"""What plugins add beside their code: rules ask for it, and a fault costs only itself."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from referral_engine.trial.box import open_box
from referral_engine.workspace import Workspace
from tests.unit.desk.county import CONFIG, START, issue, make, register

PLUGIN = Path(__file__).resolve().parents[1] / "fixtures" / "plugins" / "hooks_2"
WITH_PLUGINS = CONFIG.replace("folders: []", "folders: [plugins]")


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """The folder of a plugin in a county."""
    return Path(shutil.copytree(PLUGIN, tmp_path / "plugins" / "police"))


def county(plugin: Path) -> Workspace:
    return make(plugin.parents[1], config=WITH_PLUGINS)


def test_its_rules_and_fields_are_the_workspaces(plugin: Path) -> None:
    workspace = county(plugin)
    (addition,) = workspace.additions
    assert (addition.plugin, addition.rules) == ("police", plugin / "rules")
    assert workspace.fields["police.grade"].key == "公安.级别"
    assert "plugins/police/rules/grade.yaml" in workspace.rules().sources


def test_what_a_rule_sets_in_its_field_stays_on_the_case_and_escalation_asks_for_it(
    plugin: Path,
) -> None:
    (plugin / "rules" / "late.yaml").write_text(ESCALATION, "utf-8")
    with open_box(county(plugin), START) as box:
        codes = [register(box, issue(extra=e)) for e in ({"police.plate": "甘F00000"}, {})]
        box.advance_to(START + timedelta(hours=1))
        cases = [box.case(code) for code in codes]
    assert [case.extra.get("police.grade") for case in cases] == [1, None]
    assert ["graded" in case.flags for case in cases] == [True, False]


def test_without_the_plugin_nothing_of_it_is_there(tmp_path: Path) -> None:
    workspace = make(tmp_path)
    assert workspace.additions == ()
    assert "police.grade" not in workspace.fields


ESCALATION = """\
kind: escalation
rules:
  - id: police-graded
    name: 先办
    on: {claim: 5%}
    when: {police.grade: {eq: 1}}
    derive: graded
    remind: true
  - id: police-read
    name: 再催
    on: {claim: 90%}
    when: {flags: {has: graded}}
    remind: true
"""
FIELDS = """\
kind: fields
fields:
  police.plate: {label: 车牌号, type: string}
  plate: {label: 车牌}
  polise.plate: {label: 车牌}
  police.kind: {label: 类型, type: word}
  police.bare: {type: int}
  police.more: {label: 更多, colour: red}
  police.alias: {label: 别名, alias: 公安.车牌号}
  police.open: {label: 敞开, settable: maybe}
  police.twin: {label: 正文, alias: 正文}
"""


def test_every_fault_is_told_at_its_place_and_the_rest_serves(plugin: Path) -> None:
    (plugin / "fields.yaml").write_text(FIELDS, "utf-8")
    (plugin / "rules" / "grade.yaml").write_text("kind: routing\nrulse: []\n", "utf-8")
    workspace = county(plugin)
    faults = workspace.read_rules().errors
    told = [(f.place.line, f.code) for f in faults if f.place.file == str(plugin / "fields.yaml")]
    assert told == [
        (4, "FIELD_BAD_NAME"), (5, "FIELD_BAD_NAME"), (6, "FIELD_BAD_VALUE"),
        (7, "FIELD_BAD_VALUE"), (8, "FIELD_UNKNOWN_KEY"), (10, "FIELD_BAD_VALUE"),
    ]  # fmt: skip
    rest = [fault for fault in faults if fault.place.file.endswith("grade.yaml")]
    assert rest[0].place.file == "plugins/police/rules/grade.yaml"
    assert "police.plate" in workspace.fields


LED = """\
kind: routing
rank: 5
hit: first
rules:
  - {id: bare, name: 甲, when: {people: {gt: 9}}, refer: {lead: police}}
  - id: full
    name: 乙
    basis: 治安管理处罚法
    when: {people: {gt: 5}}
    refer: {lead: police}
    within: {report: 3wd}
"""


def test_its_lints_warn_at_the_rules_that_refer_to_it(plugin: Path) -> None:
    (plugin / "rules" / "grade.yaml").write_text(LED, "utf-8")
    loaded = county(plugin).read_rules()
    (found,) = [fault for fault in loaded.faults if fault.code == "PLUGIN_LINT"]
    assert (found.place.line, found.rule, found.severity) == (5, "bare", "warning")
    assert found.message == "派给公安的规则要写依据 (no basis, report; lint police-names-its-law)"


LINTS = """\
kind: lints
lints:
  no-unit: {message: x, to: polise, needs: [basis]}
  no-such: {message: x, to: police, needs: [bases]}
  bare: {message: x, to: police}
"""


def test_a_faulty_lint_is_told_at_its_place(plugin: Path) -> None:
    (plugin / "lints.yaml").write_text(LINTS, "utf-8")
    workspace = county(plugin)
    told = [(fault.place.line, fault.code) for fault in workspace.read_rules().errors]
    assert told == [(3, "LINT_BAD_VALUE"), (4, "LINT_BAD_VALUE"), (5, "LINT_MISSING_KEY")]
    assert workspace.additions[0].lints == ()


@pytest.mark.parametrize("text", ["fields: [", "- x", "fields: {police.x: 5}"])
def test_what_is_no_declaration_is_a_fault_and_no_traceback(plugin: Path, text: str) -> None:
    (plugin / "fields.yaml").write_text(text, "utf-8")
    shutil.rmtree(plugin / "rules")
    workspace = county(plugin)
    assert {fault.code.split("_")[0] for fault in workspace.read_rules().errors} == {"FIELD"}


def test_a_field_that_is_declared_already_is_told(plugin: Path) -> None:
    second = Path(shutil.copytree(plugin, plugin.with_name("second")))
    shutil.rmtree(second / "rules")
    (fault, other) = county(plugin).read_rules().errors
    assert (fault.code, fault.place.line, other.place.line) == ("FIELD_TAKEN", 3, 4)
    assert fault.place.file == str(second / "fields.yaml")
