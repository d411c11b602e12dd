"""`referral rules backtest`: by folder, hash or commit; for people, for programs, for signing."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from referral_engine import i18n
from tests.unit.cli.conftest import ISSUES, Referral

Write = Callable[..., Path]


@pytest.fixture
def proposed(county: Path, cases: list[str]) -> str:
    """A case of D15, which the changed files give to the police."""
    rules = county / "rules/routing.yaml"
    text = rules.read_text("utf-8")
    old = "when: {category: {under: D15}}\n    refer: {lead: housing}"
    assert old in text
    rules.write_text(text.replace(old, old.replace("housing}", "police}")), "utf-8")
    return cases[0]


def test_the_files_against_what_is_in_force(proposed: str, referral: Referral) -> None:
    made = referral("rules", "backtest", "--json").json
    assert (made["cases"], made["changed"], made["what"]) == (2, 1, {"lead": 1})
    assert made["moves"] == [{"from": "housing", "to": "police", "cases": 1}]
    (change,) = made["changes"]
    assert (change["case"], change["differs"]) == (proposed, {"lead": ["housing", "police"]})
    loads = {each["unit"]: each["lead"] for each in made["load"]}
    assert (loads["housing"], loads["police"], loads["chengguan"]) == ([1, 0], [0, 1], [1, 1])
    told = referral("rules", "backtest").out
    assert "Of 2 cases 1 (50.0%) would be decided otherwise." in told
    assert re.search(rf"{proposed} +lead +县住建局 +县公安局", told)


def test_rules_that_only_suggest_are_held_against_each_other(
    county: Path, cases: list[str], referral: Referral
) -> None:
    rules = county / "rules/routing.yaml"
    sending, text = "refer: {lead: housing}", rules.read_text("utf-8")
    units = "suggest: [{to: housing, share: 60%}, {to: police, share: 20%}]"
    rules.write_text(text.replace(sending, units), "utf-8")
    made = referral("rules", "backtest", "--json").json
    assert [each["case"] for each in made["changes"]] == [cases[0]]
    differs = made["changes"][0]["differs"]
    assert differs["outcome"] == ["referred", "proposed"]
    assert differs["lead"] == ["housing", None]
    shutil.copytree(county / "rules", county / "draft")
    rules.write_text(text.replace(sending, units.replace("police", "justice")), "utf-8")
    made = referral("rules", "backtest", "--from", "draft", "--json").json
    before, after = made["changes"][0]["differs"]["proposal"]
    assert before["units"][1:] == [{"unit": "police", "share": 0.2}]
    assert after["units"][1:] == [{"unit": "justice", "share": 0.2}]
    i18n.set_locale("zh_CN")
    told = referral("rules", "backtest", "--from", "draft", "--html", "signed.html").out
    for units in ("县住建局 60%, 县公安局 20%", "县住建局 60%, 县司法局 20%"):
        assert units in told
        assert units in (county / "signed.html").read_text("utf-8")


def test_the_same_rules_change_nothing(cases: list[str], referral: Referral) -> None:
    made = referral("rules", "backtest", "--json").json
    assert (made["cases"], made["changed"], made["changes"]) == (len(cases), 0, [])


def test_a_period_is_registered_in_it(proposed: str, referral: Referral) -> None:
    late = referral("rules", "backtest", "--since", "2099-01-01T00:00", "--json").json
    assert late["cases"] == 0
    early = referral("rules", "backtest", "--until", "2099-01-01T00:00", "--json").json
    assert [each["case"] for each in early["changes"]] == [proposed]


def test_rules_by_folder_and_by_hash(county: Path, proposed: str, referral: Referral) -> None:
    shutil.copytree(county / "rules", county / "draft")
    digest = referral("rules", "history", "--json").json[0]["rule_set"]
    words = ("rules", "backtest", "--from", digest[:12], "--to", "draft", "--json")
    assert [each["case"] for each in referral(*words).json["changes"]] == [proposed]
    same = referral("rules", "backtest", "--from", "draft", "--json").json
    assert same["changed"] == 0


def test_rules_by_git_commit(county: Path, proposed: str, referral: Referral) -> None:
    def git(*words: str) -> None:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        subprocess.run(["git", *identity, *words], cwd=county, check=True, capture_output=True)

    config = (county / "config.yaml").read_text("utf-8")
    (county / "config.yaml").write_text(
        config.replace("folders: []", "folders: [plugins]"), "utf-8"
    )
    for name in ("came_first", "came_later"):
        (county / f"plugins/{name}/rules").mkdir(parents=True)
        (county / f"plugins/{name}/__init__.py").touch()
    (county / "rules/routing.yaml").rename(county / "plugins/came_first/rules/routing.yaml")
    git("init", "-q")
    git("add", "rules", "plugins")
    git("commit", "-qm", "proposed")
    (county / "plugins/came_first/rules/routing.yaml").unlink()
    made = referral("rules", "backtest", "--to", "HEAD", "--json").json
    assert [each["case"] for each in made["changes"]] == [proposed]
    assert made["to"]["name"] == "HEAD"
    unknown = referral("rules", "backtest", "--to", "--output=x", "--json")
    assert (unknown.code, "UNKNOWN_RULES" in unknown.err) == (1, True)


def test_an_unknown_name_is_refused(proposed: str, referral: Referral) -> None:
    ran = referral("rules", "backtest", "--to", "nothing-of-that-name")
    assert ran.code == 1
    assert "UNKNOWN_RULES" in ran.err


def test_recorded_issues_of_a_file(county: Path, proposed: str, referral: Referral) -> None:
    (county / "mapping.yaml").write_text(
        "kind: mapping\ncolumns: {id: id, at: received_at, kind: category, place: territory}\n",
        "utf-8",
    )
    rows = ["id,at,kind,place"]
    rows += [f"{n},2026-11-02T09:0{n}+08:00,{kind},620922100" for n, kind in
             enumerate(["D15", "D02", "D15"])]  # fmt: skip
    (county / "past.csv").write_text("\n".join([*rows, "9,no time,D15,620922100"]) + "\n", "utf-8")
    ran = referral("rules", "backtest", "past.csv", "--mapping", "mapping.yaml", "--json")
    assert (ran.json["cases"], ran.json["changed"]) == (3, 2)
    assert [each["case"] for each in ran.json["changes"]] == ["0", "2"]
    assert "past.csv:5" in ran.err


class Page(HTMLParser):
    """What a page says, and everything it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.fetched: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "img", "iframe"):
            self.fetched.append(tag)
        self.fetched += [name for name, _value in attrs if name in ("src", "href")]


@pytest.mark.parametrize(("language", "title"), [("en", "Backtest of a rule change"), ("zh", "")])
def test_a_page_for_whoever_signs(
    county: Path, proposed: str, referral: Referral, language: str, title: str
) -> None:
    i18n.set_locale(language)
    try:
        assert referral("rules", "backtest", "--html", "page.html", "--actor", "<l1>").code == 0
    finally:
        i18n.set_locale(None)
    written = (county / "page.html").read_text("utf-8")
    page = Page()
    page.feed(written)
    assert page.fetched == []
    assert not re.search(r"url\(|@import|https?:", written)
    text = " ".join(page.text)
    assert title in text
    for said in (proposed, "县住建局", "县公安局", "<l1>", "测试县"):
        assert said in text
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in written


def test_sealed_cases_are_not_on_the_page(
    county: Path, proposed: str, referral: Referral, write: Write
) -> None:
    shown = referral("rules", "backtest", "--html", "a.html", "--json").json
    secret = ISSUES[0] | {"id": "7", "accused": ["police"], "text": "局长包庇"}
    assert referral("intake", write(secret), "--backfill").code == 0
    assert referral("rules", "backtest", "--html", "b.html", "--json").json == shown
    pages = [(county / name).read_text("utf-8") for name in ("a.html", "b.html")]
    stamps = [re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "", page) for page in pages]
    assert stamps[0] == stamps[1]
