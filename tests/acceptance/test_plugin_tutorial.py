"""The tutorial of docs/plugins.md, followed to the letter by somebody who has only the page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/plugins.md").read_text("utf-8")
CHINESE = (ROOT / "docs/plugins.zh-CN.md").read_text("utf-8")
TUTORIAL = PAGE.partition("## From nothing to a tested department")[2].partition("\n## ")[0]
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# (\S+)\n")
_A_CODE = "CODE=$({line} --limit 1 --json | grep -oE '[0-9]{{23}}' | head -1)"


def steps() -> list[str]:
    """The page as a shell script: a block that begins with a path is that file."""
    script = ["set -e"]
    for language, body in _FENCE.findall(TUTORIAL):
        if language == "sh":
            for line in body.splitlines():
                script.append(line)
                if line.startswith("referral case list"):
                    script.append(_A_CODE.format(line=line))
            continue
        named = _FILE.match(body)
        assert named, f"a block of {language} says not where it goes"
        where = named[1]
        script.append(f"mkdir -p {Path(where).parent}\ncat > {where} <<'END'\n{body}END")
    return script


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Everything that was printed on the way."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", "\n".join(steps())],
        cwd=tmp_path_factory.mktemp("bureau"),
        env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    return done.stdout


def test_the_chinese_page_has_the_same_steps() -> None:
    assert _FENCE.findall(CHINESE) == _FENCE.findall(TUTORIAL)


def test_the_new_package_passes_its_test_and_so_does_what_is_made_of_it(told: str) -> None:
    assert re.findall(r"^(\d) passed", told, re.MULTILINE) == ["3", "2"]
    kept = re.findall(r"^✓ urban_management: ", told, re.MULTILINE)
    assert (len(kept), "✗" in told) == (7, False)


def test_every_command_works_and_the_story_is_told(told: str) -> None:
    listed = r"^ urban_management .* M01 when:dead_animals lead; M01 M04b"
    assert re.search(listed, told, re.MULTILINE)
    assert "set aside" not in told
    assert "7 demands, all met" in told


def test_the_daemon_asks_it_and_it_brings_a_case_to_its_report(told: str) -> None:
    done = re.findall(r"(\w+) +\S+ +plugin:urban_management@1\.0\+rehearsal", told)
    milestones = ("claimed", "contacted", "arrived", "reported")
    assert tuple(kind for kind in done if kind in milestones) == milestones
