from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from referral_engine.errors import Faulty
from referral_engine.importers import read_issues, total_hint
from tests.unit.importers.reading import ZONE

CSV = "received_at,title\n2026-09-30,路灯\n2026-09-30,井盖\n"
LINES = '{"received_at": "2026-09-30", "title": "路灯"}\n' * 2

PROGRAM = """
import sys
from zoneinfo import ZoneInfo
from referral_engine.importers import read_issues
for row in read_issues("-", None, ZoneInfo("Asia/Shanghai")):
    print(row.line, row.issue.title if row.issue else row.faults[0].code, flush=True)
"""


def piped(data: bytes) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=data, capture_output=True, check=True,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    return done.stdout.decode().splitlines()


@pytest.mark.parametrize("data", [CSV.encode(), CSV.encode("gb18030"), CSV.encode("utf-8-sig")])
def test_standard_input_may_be_csv_in_any_encoding(data: bytes) -> None:
    assert piped(data) == ["2 路灯", "3 井盖"]


def test_json_lines_are_taken_from_a_pipe_as_they_come() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    ) as running:  # fmt: skip
        assert running.stdin is not None
        assert running.stdout is not None
        for number in (1, 2):
            running.stdin.write(LINES.splitlines(keepends=True)[0].encode())
            running.stdin.flush()
            # The pipe is still open: a reader that waits for its end would never answer.
            assert running.stdout.readline().decode().rstrip() == f"{number} 路灯"
        running.stdin.close()


def test_a_path_is_read_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CSV, encoding="utf-8")
    assert [row.line for row in read_issues(path, None, ZONE)] == [2, 3]
    path.unlink()


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_what_cannot_be_opened_is_refused_with_its_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(Faulty) as caught:
        read_issues(tmp_path / name, None, ZONE)
    (fault,) = caught.value.faults
    assert fault.code == "CANNOT_READ"
    assert str(tmp_path) in fault.message


def test_a_stream_is_left_open_for_its_owner() -> None:
    stream = io.BytesIO(CSV.encode())
    assert len(list(read_issues(stream, None, ZONE))) == 2
    assert not stream.closed


@pytest.mark.parametrize(("name", "text"), [("a.csv", CSV), ("a.jsonl", LINES)])
def test_the_hint_counts_rows(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert total_hint(path) == 2


def test_the_hint_of_a_workbook_is_its_size(tmp_path: Path) -> None:
    fixture = Path(__file__).parents[2] / "faulty" / "intake" / "CANNOT_READ.xlsx"
    assert total_hint(fixture) == 1


def test_there_is_no_hint_for_a_pipe_or_nothing(tmp_path: Path) -> None:
    assert total_hint("-") is None
    assert total_hint(tmp_path / "none.csv") is None
