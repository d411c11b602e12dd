"""Every fault of an organisation: one folder a code, its expected lines beside the files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from referral_engine.errors import Faulty
from referral_engine.org import load_org

ROOT = Path(__file__).resolve().parents[3]
FAULTY = ROOT / "tests" / "faulty" / "org"
CASES = sorted(path for path in FAULTY.iterdir() if path.is_dir())
CODE = re.compile(r'"(org-[a-z-]+)"')


def paths_of(case: Path) -> list[Path]:
    """The sound base and the case's files; a case that lacks something stands alone."""
    if (case / "alone.yaml").exists() or case.name == "org-no-file":
        return [case]
    strange = [path for path in case.iterdir() if path.suffix == ".xlsx"]
    return [FAULTY / "base.yaml", *(strange or [case])]


def lines_of(error: Faulty, case: Path) -> list[str]:
    lines = []
    for fault in error.faults:
        file = fault.place.file.removeprefix(str(case)).lstrip("/") or "."
        message = fault.message.replace(f"{case}/", "").replace(f"{FAULTY}/", "")
        suggestion = f" ({fault.suggestion})" if fault.suggestion else ""
        place = f"{file}:{fault.place.line}:{fault.place.column}"
        lines.append(f"{place} {fault.code} {message}{suggestion}")
    return lines


def test_the_base_of_the_cases_is_sound() -> None:
    org = load_org(FAULTY / "base.yaml", "Asia/Shanghai")
    assert org.centre("620922100200") == "620922100"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_fault_is_named_at_its_place_with_a_suggestion(case: Path) -> None:
    with pytest.raises(Faulty) as caught:
        load_org(paths_of(case), "Asia/Shanghai")
    expected = (case / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert lines_of(caught.value, case) == expected
    assert any(f" {case.name} " in line for line in expected)


def test_every_code_has_a_case_and_a_line_in_the_reference() -> None:
    package = ROOT / "referral_engine" / "org"
    sources = "".join(path.read_text(encoding="utf-8") for path in package.glob("*.py"))
    codes = set(CODE.findall(sources))
    reference = (ROOT / "docs" / "organisation.md").read_text(encoding="utf-8")
    assert codes == {case.name for case in CASES}
    assert codes == set(re.findall(r"^\| `(org-[a-z-]+)`", reference, re.MULTILINE))


def test_the_source_line_comes_with_the_fault() -> None:
    case = FAULTY / "org-bad-role"
    with pytest.raises(Faulty) as caught:
        load_org(paths_of(case), "Asia/Shanghai")
    assert caught.value.faults[0].source == "p2,李四,centre,dispacher"


def test_a_column_wrong_throughout_names_every_row(tmp_path: Path) -> None:
    rows = "".join(f"62092210{n:04d}001,网格,99\n" for n in range(2000))
    (tmp_path / "grids.csv").write_text("code,name,parent\n" + rows, encoding="utf-8")
    with pytest.raises(Faulty) as caught:
        load_org([FAULTY / "base.yaml", tmp_path], "Asia/Shanghai")
    assert len(caught.value.faults) == 2000
    assert {fault.code for fault in caught.value.faults} == {"org-unknown-parent"}
