"""config.yaml: the calendar's settings, and the shipped file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from pathlib import Path

import pytest

from referral_engine.config import Config, load_config
from referral_engine.errors import Faulty
from referral_engine.model.log_settings import LogSettings
from referral_engine.model.plugin_settings import BreakerSettings, PluginSettings
from referral_engine.model.web_settings import WebSettings
from referral_engine.workspace import Workspace
from referral_engine.worktime import EARLIEST, QUIET

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "config.yaml"


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Config]:
    """The shipped configuration with another calendar section."""
    text = SHIPPED.read_text("utf-8")
    head, _calendar, rest = text.partition("calendar:\n")
    _section, _blank, tail = rest.partition("\n\n")
    for name in ("rules", "plugins"):
        (tmp_path / name).symlink_to(ROOT / name)

    def make(calendar: str) -> Config:
        path = tmp_path / "config.yaml"
        path.write_text(f"{head}calendar: {calendar}\n\n{tail}", "utf-8")
        return load_config(path)

    return make


def test_the_shipped_file_says_what_holds_without_it() -> None:
    config = load_config(SHIPPED)
    assert (config.earliest, config.quiet) == (EARLIEST, QUIET)


def test_the_times_of_the_day_are_the_offices_to_set(written: Callable[[str], Config]) -> None:
    config = written('{kind: weekdays, earliest: 08:30, quiet: "22:00 - 07:30"}')
    assert (config.calendar, config.override) == ("weekdays", None)
    assert (config.earliest, config.quiet) == (time(8, 30), (time(22), time(7, 30)))


def test_without_them_the_usual_ones_hold(written: Callable[[str], Config], tmp_path: Path) -> None:
    config = written("{kind: weekdays}")
    assert (config.earliest, config.quiet) == (None, None)
    calendar = Workspace.open(tmp_path / "config.yaml").calendar
    assert (calendar.earliest, calendar.quiet) == (EARLIEST, QUIET)


@pytest.mark.parametrize(
    ("calendar", "column"),
    [
        ("{earliest: 25:00}", 22),
        ("{earliest: 8-9}", 22),
        ("{quiet: 21:00}", 19),
        ("{quiet: dusk-dawn}", 19),
        ("{earliest: 08:00+08:00}", 22),
    ],
)
def test_what_is_no_time_of_day_is_named(
    written: Callable[[str], Config], calendar: str, column: int
) -> None:
    with pytest.raises(Faulty) as caught:
        written(calendar)
    (fault,) = caught.value.faults
    assert (fault.code, fault.place.column) == ("CONFIG_BAD_VALUE", column)


# -- web, log ---------------------------------------------------------------------------------
@pytest.fixture
def with_sections(tmp_path: Path) -> Callable[[str], Config]:
    """The shipped configuration with these sections for its own web and log."""
    text = SHIPPED.read_text("utf-8")
    before, _web, rest = text.partition("web: ")
    _log, _fields, after = rest.partition("fields: ")
    for name in ("rules", "plugins"):
        (tmp_path / name).symlink_to(ROOT / name)

    def make(sections: str) -> Config:
        path = tmp_path / "config.yaml"
        path.write_text(f"{before}{sections}\nfields: {after}", "utf-8")
        return load_config(path)

    return make


def test_a_configuration_of_old_has_the_usual_pages_and_log(
    with_sections: Callable[[str], Config],
) -> None:
    old, shipped = with_sections(""), load_config(SHIPPED)
    assert (old.web, old.log) == (shipped.web, shipped.log) == (WebSettings(), LogSettings())


def test_pages_and_log_are_the_countys_to_set(with_sections: Callable[[str], Config]) -> None:
    config = with_sections('web: {host: "::1", port: 9000}\nlog: {format: json, level: info}')
    assert config.web == WebSettings("::1", 9000)
    assert config.web.url == "http://[::1]:9000"
    assert config.log == LogSettings("json", "info")
    assert with_sections("web: {port: 0}").web == WebSettings(port=0)


@pytest.mark.parametrize(
    "section",
    ["web: {port: 65536}", "web: {port: http}", "log: {format: xml}", "log: {level: loud}"],
)
def test_what_is_no_port_or_format_is_named(
    with_sections: Callable[[str], Config], section: str
) -> None:
    with pytest.raises(Faulty) as caught:
        with_sections(section)
    assert [fault.code for fault in caught.value.faults] == ["CONFIG_BAD_VALUE"]


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ("retention: {cases: [{name: a, after: 3m, do: anonymise}]}", "CONFIG_BAD_VALUE"),
        ("retention: {cases: [{name: a, after: 3y, do: burn}]}", "CONFIG"),
        ("retention: {cases: [{name: a, after: 3y}]}", "CONFIG_MISSING_KEY"),
        ("retention: {cases: [{name: a, after: 3y, do: anonymise, when: {owner: x}}]}", "CONFIG"),
        ("retention: {access_log: ever}", "CONFIG_BAD_VALUE"),
        ("mode: sometimes", "CONFIG"),
        ("notices: {channels: {housing: {}}}", "CONFIG_BAD_VALUE"),
        ("notices: {channels: {housing: {env: A, file: b}}}", "CONFIG_BAD_VALUE"),
    ],
)
def test_faults_of_retention_and_mode_have_their_place(
    tmp_path: Path, section: str, code: str
) -> None:
    text = (ROOT / "config.yaml").read_text("utf-8").partition("\nmode:")[0]
    for name in ("rules", "plugins"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "config.yaml").write_text(f"{text}\n{section}\n", "utf-8")
    with pytest.raises(Faulty) as caught:
        load_config(tmp_path / "config.yaml")
    (fault,) = caught.value.faults
    assert fault.code.startswith(code)
    assert fault.place.line == text.count("\n") + 2


def test_the_shipped_terms_are_read() -> None:
    retention = load_config(ROOT / "config.yaml").retention
    assert [(rule.name, str(rule.after), rule.do) for rule in retention.cases] == [
        ("保密案件", "30y", "erase_content"), ("一般案件", "10y", "anonymise"),
    ]  # fmt: skip
    assert [str(each) for each in (retention.access_log, retention.outbox, retention.results)] == [
        "10y", "1y", "1y",
    ]  # fmt: skip


# -- plugins ----------------------------------------------------------------------------------
@pytest.fixture
def plugins(tmp_path: Path) -> Callable[[str], PluginSettings]:
    """The settings that the shipped configuration has with another plugins section."""
    text = SHIPPED.read_text("utf-8")
    head, _plugins, rest = text.partition("plugins:\n")
    _section, _blank, tail = rest.partition("\n\n")
    for name in ("rules", "plugins"):
        (tmp_path / name).symlink_to(ROOT / name)

    def make(section: str) -> PluginSettings:
        path = tmp_path / "config.yaml"
        path.write_text(f"{head}plugins: {section}\n\n{tail}", "utf-8")
        return load_config(path).plugins

    return make


def test_the_shipped_breaker_is_the_one_that_holds_without_it() -> None:
    assert load_config(SHIPPED).plugins.breaker == BreakerSettings()
    assert load_config(SHIPPED).plugins.departments == {}


def test_a_department_differs_in_what_it_names(plugins: Callable[[str], PluginSettings]) -> None:
    found = plugins(
        "{deadline: 7, breaker: {pause: 5, patience: 0},"
        " departments: {police: {deadline: 20, breaker: {failures: 2}}, justice: {}}}"
    )
    assert (found.deadline_of("police"), found.deadline_of("justice")) == (20, 7)
    assert found.breaker_of("police") == BreakerSettings(failures=2, pause=5, patience=0)
    assert found.breaker_of("justice") == BreakerSettings(pause=5, patience=0)


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ("{breaker: {failures: 0}}", "CONFIG_BAD_VALUE"),
        ("{breaker: {share: 101}}", "CONFIG_BAD_VALUE"),
        ("{breaker: {failure: 3}}", "CONFIG_UNKNOWN_KEY"),
        ("{departments: {police: {deadline: soon}}}", "CONFIG_BAD_VALUE"),
        ("{departments: {police: {memory: 5}}}", "CONFIG_UNKNOWN_KEY"),
    ],
)
def test_a_faulty_breaker_is_named(
    plugins: Callable[[str], PluginSettings], section: str, code: str
) -> None:
    with pytest.raises(Faulty) as caught:
        plugins(section)
    assert [fault.code for fault in caught.value.faults] == [code]
