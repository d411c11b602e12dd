"""Languages: which one is chosen, and that the Chinese catalogue is whole and in step."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages import Catalog, extract, mofile, pofile

from referral_engine import i18n

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "referral_engine/locale/zh_CN/LC_MESSAGES/referral_engine.po"
KEYWORDS = {**extract.DEFAULT_KEYWORDS, "gettext_noop": None}
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\(\w+\)[a-z]|%[sd]")


def chinese() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return pofile.read_po(file, locale="zh_CN")


def messages_in_code() -> set[str]:
    """Every msgid of the package and the shipped plugins; of a plural its singular."""
    found = set()
    for folder in ("referral_engine", "plugins"):
        for _file, _line, message, *_rest in extract.extract_from_dir(
            ROOT / folder, keywords=KEYWORDS, method_map=[("**.py", "python")]
        ):
            found.add(message if isinstance(message, str) else message[0])
    return found


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_TW.Big5"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh_CN"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
    ],
)
def test_environment_chooses_the_language(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    i18n.set_locale(None)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert i18n.locale_name() == expected


def test_set_locale_overrides_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    i18n.set_locale("zh")
    assert i18n.locale_name() == "zh_CN"


def test_messages_follow_the_language() -> None:
    source = next(m for m in chinese() if isinstance(m.id, str) and m.id)
    assert i18n._(source.id) == source.id
    i18n.set_locale("zh_CN")
    assert i18n._(source.id) == source.string


def test_english_plurals() -> None:
    assert i18n.ngettext("{n} case", "{n} cases", 1) == "{n} case"
    assert i18n.ngettext("{n} case", "{n} cases", 2) == "{n} cases"


def test_an_empty_text_stays_empty() -> None:
    i18n.set_locale("zh_CN")
    assert i18n._("") == ""


def test_importing_reads_no_catalogue() -> None:
    script = "import sys, referral_engine.i18n; sys.exit('gettext' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_every_message_in_code_has_its_chinese_text() -> None:
    translated = {forms(m.id)[0] for m in chinese() if m.id and all(forms(m.string))}
    missing = messages_in_code() - translated
    assert not missing, "run `make catalogue` and fill in " + str(CATALOGUE.relative_to(ROOT))


def test_the_catalogue_holds_nothing_doubtful_or_gone() -> None:
    catalogue = chinese()
    assert [m.id for m in catalogue if m.id and m.fuzzy] == []
    assert {forms(m.id)[0] for m in catalogue if m.id} - messages_in_code() == set()
    assert not catalogue.obsolete


def test_translations_keep_the_placeholders() -> None:
    for message in chinese():
        wanted = set(PLACEHOLDER.findall(forms(message.id)[-1])) if message.id else set()
        for text in filter(None, forms(message.string)) if message.id else ():
            assert set(PLACEHOLDER.findall(text)) == wanted, message.id


def test_the_compiled_catalogue_equals_its_source() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = {tuple(forms(m.id)): forms(m.string) for m in mofile.read_mo(file) if m.id}
    whole = [m for m in chinese() if m.id and all(forms(m.string))]
    assert compiled == {tuple(forms(m.id)): forms(m.string) for m in whole}
