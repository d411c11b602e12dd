"""The command itself: start-up, global options, exit codes, what people are told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from referral_engine import __version__, cli, i18n
from referral_engine.cli.command import Command, Group
from tests.unit.cli.conftest import Referral

HEAVY = {"sqlalchemy", "msgspec", "rich", "yaml", "referral_engine.workspace", "re2", "durable"}


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command below the group, by its words."""
    found = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


def test_the_version_costs_no_more_than_click() -> None:
    script = (
        "import sys; from referral_engine.cli import status; status(['--version']);"
        f"print(sorted({HEAVY!r} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [f"referral {__version__}", "[]"]


def test_help_imports_no_command() -> None:
    script = (
        "import sys; from referral_engine.cli import status; status(['--help']);"
        "print([m for m in sys.modules if m.startswith('referral_engine.cli.')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "['referral_engine.cli.command']"


def test_the_installed_script_is_the_command() -> None:
    script = Path(sys.executable).with_name("referral")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"referral {__version__}\n"


@pytest.mark.parametrize("words", commands(cli.root), ids=" ".join)
def test_every_command_has_help(referral: Referral, words: tuple[str, ...]) -> None:
    ran = referral(*words, "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"Usage: referral {' '.join(words)} ")


def test_help_speaks_chinese(referral: Referral) -> None:
    i18n.set_locale("zh_CN")
    ran = referral("desk", "decline", "--help")
    assert "用法" in ran.out
    assert "选项" in ran.out
    assert "退单" in ran.out


@pytest.mark.parametrize(
    "words",
    [
        ("--config", "other/config.yaml", "rules", "check"),
        ("rules", "check", "--config", "other/config.yaml"),
        ("rules", "--config=other/config.yaml", "check"),
    ],
)
def test_global_options_stand_anywhere(
    county: Path, referral: Referral, words: tuple[str, ...]
) -> None:
    (county / "other").mkdir()
    ran = referral(*words)
    assert ran.code == 1
    assert "there is no other/config.yaml" in ran.err
    assert "referral init DIR" in ran.err


def test_config_and_database_come_from_the_environment(
    county: Path, referral: Referral, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFERRAL_CONFIG", str(county / "config.yaml"))
    monkeypatch.setenv("REFERRAL_DATABASE_URL", f"sqlite:///{county}/elsewhere.db")
    monkeypatch.chdir("/")
    assert referral("db", "upgrade").code == 0
    assert (county / "elsewhere.db").exists()
    assert not (county / "var").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nothing",), "there is no command nothing"),
        (("case", "lsit"), "did you mean list?"),
        (("case", "list", "--limt", "3"), "did you mean"),
        (("desk", "decline", "X"), "is missing"),
        (("case", "list", "--limit", "0"), "--limit"),
        (("simulate",), "name a FILE of issues"),
    ],
)
@pytest.mark.usefixtures("county")
def test_wrong_usage_is_two(referral: Referral, words: tuple[str, ...], said: str) -> None:
    ran = referral(*words)
    assert ran.code == 2
    assert ran.out == ""
    assert said in ran.err


def test_every_command_says_its_help_in_the_readers_language() -> None:
    speaking = (Command, Group)
    for path in commands(cli.root):
        found: click.Command | None = cli.root
        for name in path:
            assert isinstance(found, click.Group)
            found = found.get_command(click.Context(found), name)
        assert isinstance(found, speaking), path


@pytest.mark.parametrize(
    "words",
    [
        ("case", "show", "12345"),
        ("case", "list", "--owner", "polcie"),
        ("desk", "claim", "12345-1"),
        ("rules", "rollback", "abc", "--reason", "x"),
        ("intake", "no-such-file.csv"),
        ("--database", "mysql://x/y", "case", "list"),
        ("--database", "nonsense", "case", "list"),
        ("--database", "sqlite://", "case", "list"),
        ("--database", "postgresql://nobody@127.0.0.1:1/none", "case", "list"),
        ("audit", "verify"),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("county")
def test_what_people_do_wrong_is_told_without_a_traceback(
    referral: Referral, words: tuple[str, ...]
) -> None:
    ran = referral(*words)
    assert ran.code == 1
    assert ran.out == ""
    assert ran.err.strip()
    assert "Traceback" not in ran.err


def test_a_typo_in_the_config_is_shown_at_its_place(county: Path, referral: Referral) -> None:
    config = county / "config.yaml"
    config.write_text(config.read_text("utf-8").replace("  reworks:", "  rewroks:"), "utf-8")
    ran = referral("case", "list")
    assert ran.code == 1
    assert "config.yaml:14:3" in ran.err
    assert "  rewroks: 2" in ran.err
    assert "reworks" in ran.err


def test_an_error_of_the_engine_is_not_hidden(
    county: Path, referral: Referral, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr("referral_engine.workspace.Workspace.open", broken)
    with pytest.raises(ZeroDivisionError):
        referral("rules", "check")


@pytest.mark.usefixtures("county")
def test_a_reader_that_goes_away_is_no_error() -> None:
    script = Path(sys.executable).with_name("referral")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([script, "rules", "schema"], **pipes) as process:  # type: ignore[call-overload]
        process.stdout.close()
        complaint = process.stderr.read()
    assert complaint == b""
