"""config.yaml: read once, checked whole, every fault at its line and column."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from yaml.nodes import Node

from referral_engine.errors import Faulty, Place
from referral_engine.i18n import _
from referral_engine.marked_yaml import Entry, MarkedYaml
from referral_engine.model.case import Outcome
from referral_engine.model.log_settings import LOG_FORMATS, LOG_LEVELS, LogSettings
from referral_engine.model.mediation_settings import MediationSettings
from referral_engine.model.notice_settings import NoticeSettings
from referral_engine.model.plugin_settings import (
    BreakerSettings,
    DepartmentSettings,
    PluginSettings,
)
from referral_engine.model.policy import Policy
from referral_engine.model.retention import Retention
from referral_engine.model.span import Span
from referral_engine.model.web_settings import WebSettings
from referral_engine.notices_section import read_notices
from referral_engine.retention_section import read_retention

__all__ = ["Config", "load_config"]

_SECTIONS = (
    "county", "database", "anchor", "organisation", "rules", "letters", "calendar", "plugins",
    "keys", "intake", "fields", "flow", "web", "log", "mode", "retention", "publication",
    "mediation", "notices",
)  # fmt: skip
_PLUGIN_LIMITS = {
    "deadline": (1, 3_600),
    "start_deadline": (1, 3_600),
    "memory": (1, 65_536),
    "backoff": (1, 3_600),
}
_BREAKER = {
    "failures": (1, 1_000),
    "share": (1, 100),
    "window": (1, 1_000),
    "pause": (1, 86_400),
    "longest": (1, 86_400),
    "patience": (0, 864_000),
}
_MEDIATION = ("allowance", "most_open")
_POLICY = {field.name: field.type for field in msgspec.structs.fields(Policy)}


class Config(msgspec.Struct, frozen=True):
    """One workspace. ``root`` is the folder of its ``file``; all paths are absolute.

    ``fields`` are the columns of imports by their label, ``asked`` where each is declared.
    ``earliest`` and ``quiet`` are local times of day, None where the usual ones hold.
    ``second_person`` says whether published rules wait until somebody else confirms them.
    """

    file: Path
    root: Path
    name: str
    zone: str
    database: str
    anchor: Path | None
    organisation: tuple[Path, ...]
    rules: tuple[Path, ...]
    letters: tuple[Path, ...]
    calendar: str
    override: Path | None
    earliest: time | None
    quiet: tuple[time, time] | None
    plugins: PluginSettings
    key_file: Path | None
    auto_accept: bool
    fields: dict[str, str]
    asked: dict[str, Place]
    policy: Policy
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()
    read_only: bool = False
    retention: Retention = Retention()
    second_person: bool = False
    mediation: MediationSettings = MediationSettings()
    notices: NoticeSettings = NoticeSettings()


def load_config(path: Path) -> Config:
    """Reads `path`; raises Faulty with all its faults, or FileNotFoundError."""
    if not path.is_file():
        raise FileNotFoundError(path)
    reader = _Reader(path)
    config = reader.read()
    if reader.yaml.faults or config is None:
        raise Faulty(reader.yaml.faults)
    return config


class _Reader:
    def __init__(self, path: Path) -> None:
        self.yaml = MarkedYaml(path, "CONFIG")
        self.file = path.resolve()
        self.root = self.file.parent

    def read(self) -> Config | None:
        found = self.yaml.known(self.yaml.root, _SECTIONS)
        missing = [key for key in ("organisation", "rules", "flow") if key not in found]
        if missing and self.yaml.root is not None:
            message = _("missing: {keys}").format(keys=", ".join(missing))
            self.yaml.fault(self.yaml.root, "CONFIG_MISSING_KEY", message)
        county = self._section(found, "county", ("name", "zone"))
        calendar = self._section(found, "calendar", ("kind", "override", "earliest", "quiet"))
        keys = self._section(found, "keys", ("file",))
        intake = self._section(found, "intake", ("auto_accept",))
        publication = self._section(found, "publication", ("second_person",))
        policy = self._policy(found.get("flow"))
        columns = self._columns(found.get("fields"))
        if policy is None or missing:
            return None
        return Config(
            file=self.file,
            root=self.root,
            name=self._text(county, "name", self.root.name),
            zone=self._zone(county),
            database=self._database(self._text(found, "database", "sqlite:///var/referral.db")),
            anchor=self._path(self._text(found, "anchor", "")),
            organisation=self._paths(found.get("organisation")),
            rules=self._paths(found.get("rules")),
            letters=self._paths(found.get("letters")),
            calendar=self._choice(calendar, "kind", ("china", "weekdays")),
            override=self._override(calendar),
            earliest=self._times(calendar, "earliest", 1)[0],
            quiet=self._quiet(calendar),
            plugins=self._plugins(found),
            key_file=self._path(self._text(keys, "file", "")),
            auto_accept=self._bool(intake, "auto_accept", default=True),
            fields={key: label for key, (label, _place) in columns.items()},
            asked={key: place for key, (_label, place) in columns.items()},
            policy=policy,
            web=self._web(found),
            log=self._log(found),
            read_only=self._choice(found, "mode", ("read_write", "read_only")) == "read_only",
            retention=read_retention(self.yaml, found.get("retention")),
            second_person=self._bool(publication, "second_person", default=False),
            mediation=self._mediation(self._section(found, "mediation", _MEDIATION)),
            notices=read_notices(self.yaml, found.get("notices"), self.root),
        )

    def _section(
        self, found: dict[str, Entry], name: str, keys: tuple[str, ...]
    ) -> dict[str, Entry]:
        return self.yaml.known(found[name].value, keys) if name in found else {}

    def _text(self, found: dict[str, Entry], key: str, default: str) -> str:
        if key not in found:
            return default
        return self.yaml.text(found[key].value) or ""

    def _choice(self, found: dict[str, Entry], key: str, options: tuple[str, ...]) -> str:
        if key not in found:
            return options[0]
        return self.yaml.choice(found[key].value, options) or options[0]

    def _bool(self, found: dict[str, Entry], key: str, *, default: bool) -> bool:
        if key not in found:
            return default
        return self.yaml.choice(found[key].value, ("true", "false")) == "true"

    def _zone(self, county: dict[str, Entry]) -> str:
        name = self._text(county, "zone", "Asia/Shanghai")
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            message = _("{zone} is no time zone such as Asia/Shanghai").format(zone=name)
            self.yaml.fault(county["zone"].value, "CONFIG_BAD_VALUE", message)
        return name

    def _quiet(self, calendar: dict[str, Entry]) -> tuple[time, time] | None:
        begins, ends = self._times(calendar, "quiet", 2)
        return None if begins is None or ends is None else (begins, ends)

    def _times(self, found: dict[str, Entry], key: str, count: int) -> list[time | None]:
        """So many times of day joined by ``-``; None each where absent or, with a fault, none."""
        absent: list[time | None] = [None] * count
        if key not in found:
            return absent
        written = (self.yaml.text(found[key].value) or "").split("-")
        try:
            times = [time.fromisoformat(part.strip()) for part in written]
        except ValueError:
            times = []
        if len(times) == count and all(each.tzinfo is None for each in times):
            return list(times)
        example = "-".join(("21:00", "08:00")[:count])
        message = _("expected times of day such as {example}").format(example=example)
        self.yaml.fault(found[key].value, "CONFIG_BAD_VALUE", message)
        return absent

    def _database(self, url: str) -> str:
        """A relative SQLite file lies beside the configuration, wherever it is run from."""
        prefix = "sqlite:///"
        if url.startswith(prefix) and not url.startswith(prefix + "/"):
            return f"{prefix}{self.root / url[len(prefix) :]}"
        return url

    def _override(self, calendar: dict[str, Entry]) -> Path | None:
        """Corrections that are named and not there would be missed by nobody but the clocks."""
        path = self._path(self._text(calendar, "override", ""))
        if path is not None and not path.exists():
            message = _("there is no {path}").format(path=path)
            self.yaml.fault(calendar["override"].value, "CONFIG_NO_FILE", message)
        return path

    def _path(self, text: str) -> Path | None:
        return self.root / text if text else None

    def _paths(self, entry: Entry | None) -> tuple[Path, ...]:
        if entry is None:
            return ()
        found = []
        for text, node in self.yaml.texts(entry.value):
            path = self.root / text
            if not path.exists():
                message = _("there is no {path}").format(path=path)
                self.yaml.fault(node, "CONFIG_NO_FILE", message)
            found.append(path)
        return tuple(found)

    def _plugins(self, found: dict[str, Entry]) -> PluginSettings:
        known = ("folders", "entry_points", "breaker", "departments", *_PLUGIN_LIMITS)
        section = self._section(found, "plugins", known)
        entries = self._bool(section, "entry_points", default=True)
        values: dict[str, object] = {"entry_points": entries}
        values |= self._numbers(section, _PLUGIN_LIMITS)
        breaker = self._breaker(section, BreakerSettings())
        values["breaker"] = breaker
        if "departments" in section:
            own = self.yaml.entries(section["departments"].value)
            values["departments"] = {each.key: self._department(each, breaker) for each in own}
        if "folders" in section:
            self._paths(section["folders"])  # for the fault of a folder that is not there
            values["folders"] = [text for text, _n in self.yaml.texts(section["folders"].value)]
        return msgspec.convert(values, PluginSettings)

    def _department(self, entry: Entry, common: BreakerSettings) -> DepartmentSettings:
        """What differs for one department; of its breaker too only what differs."""
        section = self.yaml.known(entry.value, ("deadline", "breaker"))
        deadline = self._numbers(section, {"deadline": _PLUGIN_LIMITS["deadline"]})
        return DepartmentSettings(
            breaker=self._breaker(section, common) if "breaker" in section else None,
            deadline=deadline.get("deadline"),
        )

    def _breaker(self, found: dict[str, Entry], common: BreakerSettings) -> BreakerSettings:
        section = self._section(found, "breaker", tuple(_BREAKER))
        return msgspec.structs.replace(common, **self._numbers(section, _BREAKER))

    def _numbers(
        self, section: dict[str, Entry], limits: Mapping[str, tuple[int, int]]
    ) -> dict[str, int]:
        found = {key: self.yaml.number(section[key].value, *limits[key]) for key in limits
                 if key in section}  # fmt: skip
        return {key: number for key, number in found.items() if number is not None}

    def _web(self, found: dict[str, Entry]) -> WebSettings:
        section, usual = self._section(found, "web", ("host", "port")), WebSettings()
        port: int | None = usual.port
        if "port" in section:
            port = self.yaml.number(section["port"].value, 0, 65_535)
        host = self._text(section, "host", usual.host)
        return WebSettings(host=host, port=usual.port if port is None else port)

    def _log(self, found: dict[str, Entry]) -> LogSettings:
        section, usual = self._section(found, "log", ("format", "level")), LogSettings()
        chosen = {
            key: self._choice(section, key, options) if key in section else getattr(usual, key)
            for key, options in (("format", LOG_FORMATS), ("level", LOG_LEVELS))
        }
        return msgspec.convert(chosen, LogSettings)

    def _mediation(self, section: dict[str, Entry]) -> MediationSettings:
        scale = self._section(section, "allowance", get_args(Outcome))
        limits = dict.fromkeys(get_args(Outcome), (1, 100_000))
        values = self._numbers(section, {"most_open": (1, 1_000)})
        return msgspec.structs.replace(
            MediationSettings(allowance=self._numbers(scale, limits)), **values
        )

    def _columns(self, entry: Entry | None) -> dict[str, tuple[str, Place]]:
        """The label of each column and where it is declared, the file relative to the root."""
        if entry is None:
            return {}
        found: dict[str, tuple[str, Place]] = {}
        for pair in self.yaml.entries(entry.value):
            place = msgspec.structs.replace(self.yaml.place(pair.node), file=self.file.name)
            found[pair.key] = (self.yaml.text(pair.value) or pair.key, place)
        return found

    def _policy(self, entry: Entry | None) -> Policy | None:
        if entry is None:
            return None
        found = self.yaml.known(entry.value, tuple(_POLICY))
        missing = [name for name in _POLICY if name not in found]
        if missing:
            message = _("missing: {keys}").format(keys=", ".join(missing))
            self.yaml.fault(entry.node, "CONFIG_MISSING_KEY", message)
            return None
        values = {name: self._limit(name, found[name].value) for name in _POLICY}
        if any(value is None for value in values.values()):
            return None
        return msgspec.convert(values, Policy, dec_hook=lambda _type, value: value)

    def _limit(self, name: str, node: Node) -> int | bool | Span | None:
        wanted = _POLICY[name]
        if wanted is int:
            return self.yaml.number(node, 0, 1_000)
        if wanted is bool:
            word = self.yaml.choice(node, ("true", "false"))
            return None if word is None else word == "true"
        text = self.yaml.text(node)
        try:
            return Span.parse(text or "")
        except ValueError as error:
            self.yaml.fault(node, "CONFIG_BAD_VALUE", str(error))
            return None
