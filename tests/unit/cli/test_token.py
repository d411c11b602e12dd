"""`referral token`, `--token-file`, REFERRAL_TOKEN: acting without a name on the command line."""

from __future__ import annotations

import io
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Referral


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REFERRAL_TOKEN", raising=False)


def issued(referral: Referral, *words: str) -> Any:
    ran = referral("token", "issue", *words, "--json")
    assert ran.code == 0, ran.err
    return ran.json


def test_it_is_shown_once_and_then_lets_its_holder_in(
    referral: Referral, cases: list[str], tmp_path: Path
) -> None:
    ran = referral("token", "issue", "h1")
    text = ran.out.strip()
    assert text.startswith("rft-")
    assert text not in ran.err
    file = tmp_path / "token"
    file.write_text(text + "\n")
    done = referral("desk", "claim", cases[0], "--token-file", file, "--json")
    assert done.code == 0, done.err
    history = referral("case", "history", cases[0], "--json").json
    claimed = next(event for event in history if event["kind"] == "claimed")
    assert claimed["by"] == {"id": "h1", "roles": ["officer"], "unit": "housing"}
    listed = referral("token", "list")
    assert text not in listed.out
    assert "h1" in listed.out


def test_from_the_environment_and_from_standard_input(
    referral: Referral, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = issued(referral, "h1")
    monkeypatch.setattr("sys.stdin", io.StringIO(made["token"] + "\n"))
    assert referral("--token-file", "-", "desk", "claim", cases[0]).code == 0
    monkeypatch.setenv("REFERRAL_TOKEN", made["token"])
    assert referral("desk", "contact", cases[0]).code == 0
    seen = referral("case", "show", cases[0], "--full", "--json")
    assert seen.json["issue"]["reporter"]["name"] == "张三丰"
    assert seen.json["sight"] == "full"


def test_a_token_and_an_actor_are_two_authors(
    referral: Referral, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFERRAL_TOKEN", issued(referral, "h1")["token"])
    assert "ACTOR_AND_TOKEN" in referral("desk", "claim", cases[0], "--actor", "d1").err
    assert "ACTOR_AND_TOKEN" in referral("case", "show", cases[0], "--actor", "d1").err


def test_a_token_is_its_holder_and_no_more(
    referral: Referral, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one the shell would act as the centre, or list tokens, or hide nothing."""
    monkeypatch.setenv("REFERRAL_TOKEN", issued(referral, "h1")["token"])
    assert "FORBIDDEN" in referral("centre", "supervise", cases[0]).err
    assert "FORBIDDEN" in referral("token", "issue", "d1").err
    assert "FORBIDDEN" in referral("token", "list").err
    assert "UNKNOWN_CASE" in referral("case", "show", cases[1]).err
    listed = [line["code"] for line in referral("case", "list", "--json").json]
    assert listed == [cases[0]]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_wrong_token_is_never_repeated(
    referral: Referral, cases: list[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    from referral_engine import i18n

    i18n.set_locale(language)
    made = issued(referral, "h1")
    assert referral("token", "revoke", made["id"]).code == 0
    for text in (made["token"], "rft-abc-MySecretWord", "MySecretWord"):
        monkeypatch.setenv("REFERRAL_TOKEN", text)
        for words in (["case", "list"], ["desk", "claim", cases[0]], ["intake", "issues.jsonl"]):
            ran = referral(*words)
            assert ran.code == 1
            assert "BAD_TOKEN" in ran.err
            assert text not in ran.out + ran.err


def test_the_secret_can_go_into_a_file_for_its_owner_alone(
    referral: Referral, cases: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    made = referral("token", "issue", "h1", "--output", file, "--json")
    assert "token" not in made.json
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().strip() not in made.out + made.err
    assert referral("desk", "claim", cases[0], "--token-file", file).code == 0
    assert referral("token", "issue", "h1", "--output", file).code == 1, "nothing is written over"


def test_the_reporters_token_rates_the_case(
    referral: Referral, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("token", "issue", "--reporter", cases[1])
    assert "FORBIDDEN" in referral(*words).err, "the shell by itself is no centre"
    made = issued(referral, "--reporter", cases[1], "--actor", "l1")
    monkeypatch.setenv("REFERRAL_TOKEN", made["token"])
    rate = ("--contacted", "yes", "--resolved", "no", "--score", "2")
    assert referral("rate", cases[1], *rate).code == 0
    assert "BAD_TOKEN" in referral("rate", cases[0], *rate).err


def test_how_it_is_asked_for_wrongly(referral: Referral, cases: list[str]) -> None:
    assert referral("token", "issue").code == 2
    assert referral("token", "issue", "h1", "--reporter", cases[0]).code == 2
    assert referral("token", "issue", "h1", "--expires", "5wd").code == 2
    assert "WHICH_UNIT" in referral("token", "issue", "x1").err
    assert issued(referral, "x1", "--unit", "police")["unit"] == "police"
    assert "NO_ROLE" in referral("token", "issue", "stranger").err
    assert "NO_SUCH_TOKEN" in referral("token", "revoke", "0000").err


def test_nobody_finds_a_token_in_the_list_of_processes(
    referral: Referral, write: Callable[..., Path]
) -> None:
    """No option takes the token itself: an argument is there for every user of the machine."""
    from referral_engine.cli import root

    taking = {name for each in root.params for name in each.opts if "token" in name}
    assert taking == {"--token-file"}
