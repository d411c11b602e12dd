"""Every command of the READMEs runs as written, one after the other, as a new user would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from referral_engine.rules.load import load_sources

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_A_CODE = (
    'CODE=$(referral case list --open --limit 1 --json | sed -E \'s/.*"code":"([0-9]+)".*/\\1/\')'
)


def blocks(name: str, language: str) -> list[str]:
    text = (ROOT / name).read_text("utf-8")
    return [body for kind, body in _FENCE.findall(text) if kind == language]


def commands(name: str) -> list[str]:
    return [line for block in blocks(name, "sh") for line in block.splitlines()]


def links(name: str) -> list[str]:
    return re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / name).read_text("utf-8"))


def test_a_new_user_can_follow_it(tmp_path: Path) -> None:
    script = ["set -e"]
    for line in commands("README.md"):
        if line.startswith("make "):
            continue
        script += [f'echo "$ {line}" >&2'.replace("$CODE", "CODE"), line]
        if line.startswith("referral case list"):
            script.append(_A_CODE)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("name", READMES)
def test_every_make_target_is_there(name: str) -> None:
    targets = [line.split()[1] for line in commands(name) if line.startswith("make ")]
    assert "demo" in targets
    for target in targets:
        subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, check=True)


@pytest.mark.parametrize("name", READMES)
def test_the_rules_shown_are_rules(name: str) -> None:
    (shown,) = blocks(name, "yaml")
    whistles = (ROOT / "rules/whistles.yaml").read_text("utf-8")
    rules = load_sources({"shown.yaml": shown, "whistles.yaml": whistles})
    (table,) = rules.routing
    assert [rule.id for rule in table.rules] == ["gas-leak"]


@pytest.mark.parametrize("name", READMES)
def test_every_link_leads_somewhere(name: str) -> None:
    assert [link for link in links(name) if not (ROOT / link).exists()] == []


def test_both_languages_lead_to_the_same_pages() -> None:
    english, chinese = ([link for link in links(name) if link not in READMES] for name in READMES)
    assert english == chinese


def test_both_languages_show_the_same_commands() -> None:
    english, chinese = (
        [re.sub(r'"[^"]*"', '""', line) for line in commands(name)] for name in READMES
    )
    assert english == chinese
