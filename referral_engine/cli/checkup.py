"""What the doctor looks at, one function a subject; each finding says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from referral_engine.cli.output import short, when
from referral_engine.cli.silent import not_answering
from referral_engine.clock import SystemClock
from referral_engine.desk.keys import key_file_open_to_others, keyless, keys_of
from referral_engine.desk.naming import in_log
from referral_engine.desk.opening import open_store, shown_url
from referral_engine.desk.operations import (
    HEAD,
    Standing,
    schema_of,
    silent_departments,
    standing,
)
from referral_engine.errors import Faulty, ReferralError, Refused
from referral_engine.i18n import _
from referral_engine.plugins.departments import load, played
from referral_engine.plugins.fit import doubts
from referral_engine.rules.render import as_text, summary
from referral_engine.runner.auditor import Auditor
from referral_engine.web.probe import probe
from referral_engine.workspace import Workspace

__all__ = ["Finding", "Status", "examine"]

Status = Literal["ok", "warning", "fault"]

# A wake-up that is later than this means that nobody works, or not fast enough.
_LATE = timedelta(minutes=15)
# Deadlines of 60 days are set today: the calendar should be known that far.
_AHEAD = timedelta(days=60)
# So many cases are named with a finding; `referral audit verify` names all.
_NAMED = 5
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class Finding(NamedTuple):
    """``next_step`` says what to do; empty where all is well."""

    name: str
    status: Status
    message: str
    next_step: str = ""


def examine(workspace: Workspace, now: datetime) -> Iterator[Finding]:
    """Every subject in turn; one that cannot be looked at is a finding like any other."""
    for name, look in _SUBJECTS.items():
        try:
            yield from (Finding(name, *found) for found in look(workspace, now))
        except Faulty as error:
            yield Finding(name, "fault", as_text(error.faults), _("Correct the files."))
        except Refused as error:
            yield Finding(name, "fault", f"{error.code}: {error.message}", error.next_step)
        except (ReferralError, OSError) as error:
            yield Finding(name, "fault", str(error))


Found = Iterator[tuple[Status, str] | tuple[Status, str, str]]


def _organisation(workspace: Workspace, now: datetime) -> Found:
    content = workspace.org.content
    numbers = _("{territories} territories, {units} units, {people} people").format(
        territories=len(content.territories), units=len(content.units), people=len(content.people)
    )
    yield "ok", numbers


def _rules(workspace: Workspace, now: datetime) -> Found:
    loaded = workspace.read_rules()
    if loaded.errors:
        yield "fault", as_text(loaded.errors), _("Correct them: `referral rules check`.")
        return
    count = sum(1 for _each in (*loaded.routing_rules(), *loaded.escalation_rules()))
    told = _("{count} rules, {hash}").format(count=count, hash=short(loaded.rule_set.hash))
    faults = summary(loaded.faults)
    yield "ok", told + (f" ({faults})" if faults else "")
    inference = workspace.activate(loaded.rule_set).inference
    if inference.standing_in:
        yield (
            "warning",
            _("escalation runs on {engine}: {reason}").format(
                engine=inference.backend_name, reason=inference.standing_in
            ),
        )
    else:
        yield "ok", _("escalation runs on {engine}").format(engine=inference.backend_name)
    yield from _in_force(workspace, loaded.rule_set.hash)


def _in_force(workspace: Workspace, files: str) -> Found:
    active = _standing(workspace).active_rules if schema_of(workspace) == HEAD else ""
    if not active:
        yield "ok", _("nothing is published yet; the first intake publishes these rules")
    elif active != files:
        yield (
            "warning",
            _("in force is {hash}: the files have changes that are not published").format(
                hash=short(active)
            ),
            _("`referral rules diff`, then `referral rules publish`."),
        )


def _letters(workspace: Workspace, now: datetime) -> Found:
    if not workspace.config.letters:
        return
    from referral_engine.letters.template import load_letters

    found = load_letters(workspace.config.letters)
    yield "ok", _("{count} templates").format(count=len(found))


def _plugins(workspace: Workspace, now: datetime) -> Found:
    config = workspace.config
    with load(config.plugins, config.root, announce=False) as departments:
        loaded, quarantined = departments.loaded, departments.quarantined
    units = workspace.org.lines.units
    categories = workspace.read_rules(tested=False, compare=False).rule_set.categories
    for each in loaded:
        told = f"{each.id} {each.version} ({each.name})"
        doubtful = list(doubts(each, units, categories))
        for doubt in doubtful:
            yield "warning", f"{told}: {doubt}", _("Correct or remove the plugin.")
        if not doubtful:
            yield "ok", told
    for added in workspace.additions:
        names = [field.name for field, _place in added.fields]
        names += [str(added.rules)] if added.rules else []
        names += [lint.id for lint in added.lints]
        yield "ok", _("{plugin} adds: {what}").format(plugin=added.plugin, what=", ".join(names))
    if made_up := played(loaded):
        yield (
            "warning",
            made_up,
            _("Connect their systems, or remove them, before real cases come."),
        )
    for outage in silent_departments(workspace):
        told = not_answering(outage, workspace.calendar.zone)
        yield "warning", told, _("Ask them; their people go on from the desk inbox meanwhile.")
    for bad in quarantined:
        told = _("set aside: {name}: {reason}").format(name=bad.name, reason=bad.reason)
        yield "fault", told, _("Repair or remove it; its cases go to the desk inbox meanwhile.")
    if not loaded and not quarantined:
        yield "ok", _("none; every department works from its desk inbox")


def _store(workspace: Workspace, now: datetime) -> Found:
    url = shown_url(workspace.config.database)
    found = schema_of(workspace)
    if not found:
        yield "ok", _("{url}: nothing has come in yet").format(url=url)
        return
    if found != HEAD:
        yield (
            "fault",
            _("{url} is at schema {found}, this version needs {wanted}").format(
                url=url, found=found, wanted=HEAD
            ),
            _("Make a backup, then run `referral db upgrade`."),
        )
        return
    stands = _standing(workspace)
    yield (
        "ok",
        _("{url}: {cases} cases, schema {found}").format(url=url, cases=stands.cases, found=found),
    )
    if stands.misfits:
        yield (
            "fault",
            _("not what their events come to: {codes}").format(codes=", ".join(stands.misfits)),
            _("`referral audit verify` names the first event that does not fit."),
        )
    elif stands.replayed:
        yield (
            "ok",
            _("the newest {count} cases replay from their events").format(count=stands.replayed),
        )


def _keys(workspace: Workspace, now: datetime) -> Found:
    if (file := key_file_open_to_others(workspace)) is not None:
        yield (
            "warning",
            _("others may read {file}").format(file=file),
            _("Take it from them: chmod 600."),
        )
    found = keys_of(workspace) if schema_of(workspace) == HEAD else []
    if keyless(workspace):
        yield (
            "warning",
            _("personal data is stored unencrypted"),
            _("Make a key with `referral keys new`; set REFERRAL_MASTER_KEY or `keys: file:`."),
        )
        return
    missing = [each.id for each in found if each.uses and not each.there]
    for id in missing:
        yield (
            "fault",
            _("the master key {key} is not in the keyring").format(key=id),
            _("Set REFERRAL_MASTER_KEY, or name the key file in config.yaml."),
        )
    if any(each.uses and not each.current for each in found) and not missing:
        yield (
            "warning",
            _("some personal data is not under the current key"),
            _("`referral keys rotate` wraps it anew."),
        )
    elif not missing:
        yield "ok", _("personal data is under the current key")


def _timers(workspace: Workspace, now: datetime) -> Found:
    if schema_of(workspace) != HEAD:
        return
    stands = _standing(workspace)
    zone = workspace.calendar.zone
    if stands.dead:
        yield (
            "fault",
            _("{count} dead letters").format(count=stands.dead),
            _("`referral deadletter list` shows why."),
        )
    if stands.due is not None and now - stands.due > _LATE:
        running = _("the daemon runs and does not get on") if stands.daemon else _("nobody works")
        yield (
            "fault",
            _("due since {at}: {why}").format(at=when(stands.due, zone), why=running),
            _("Look at its log.") if stands.daemon else _("Start it: `referral run`."),
        )
    elif stands.due is not None:
        yield "ok", _("next due {at}").format(at=when(stands.due, zone))
    else:
        yield "ok", _("nothing is due")


def _calendar(workspace: Workspace, now: datetime) -> Found:
    calendar = workspace.calendar
    told = _("{version}, settled until {day}").format(
        version=calendar.version, day=calendar.horizon.isoformat()
    )
    if calendar.local_day(now + _AHEAD) <= calendar.horizon:
        yield "ok", told
    else:
        yield (
            "warning",
            told + _("; deadlines beyond it are provisional"),
            _("When the notice is out: upgrade chinesecalendar, or fill in the override file.")
            if workspace.config.calendar == "china"
            else _("Fill in the coming holidays and `known_until` in the override file."),
        )


def _audit(workspace: Workspace, now: datetime) -> Found:
    """One round of what the daemon does each minute; lateness is a matter of the timers."""
    if schema_of(workspace) != HEAD:
        return
    with open_store(workspace, readonly=True) as store:
        auditor = Auditor(store)
        found = auditor.look(now, timers=False)
        by_code: dict[str, list[str]] = {}
        for each in found:
            by_code.setdefault(each.code, []).append(in_log(store, each.case))
        # Sealed cases are looked at too; a figure that was higher than the list would tell of them.
        looked_at = min(auditor.audited, store.read(lambda reader: reader.count(sealed=False)))
    for code, cases in by_code.items():
        told = _("{code} in {count} cases: {cases}").format(
            code=code, count=len(cases), cases=", ".join(cases[:_NAMED])
        )
        yield "fault", told, _("docs/monitoring.md says what it means and what to do.")
    if not found:
        yield "ok", _("{count} cases looked at, nothing amiss").format(count=looked_at)


def _web(workspace: Workspace, now: datetime) -> Found:
    settings = workspace.config.web
    if settings.port == 0:
        yield "ok", _("any free port; the log of `referral run` names it")
        return
    there = probe(settings)
    if there.engine and there.problems:
        told = _("{url} answers, not ready: {why}").format(
            url=settings.url, why="; ".join(there.problems)
        )
        yield "warning", told, _("Look at its log.")
    elif there.engine:
        yield "ok", _("{url} answers and is ready").format(url=settings.url)
    elif there.engine is None:
        yield "ok", _("nobody listens at {url} now; `referral run` will").format(url=settings.url)
    else:
        told = _("another program listens at {url}").format(url=settings.url)
        yield "warning", told, _("Choose another port under `web:` in config.yaml.")
    if settings.host not in _LOOPBACK:
        yield (
            "warning",
            _("{url} can be reached from other machines, without encryption").format(
                url=settings.url
            ),
            _("Let a proxy with TLS stand before it, or write host: 127.0.0.1."),
        )


_SUBJECTS: dict[str, Callable[[Workspace, datetime], Found]] = {
    "organisation": _organisation,
    "rules": _rules,
    "letters": _letters,
    "plugins": _plugins,
    "store": _store,
    "keys": _keys,
    "timers": _timers,
    "calendar": _calendar,
    "audit": _audit,
    "web": _web,
}


def _standing(workspace: Workspace) -> Standing:
    with open_store(workspace, readonly=True) as store:
        return standing(store, SystemClock().now())
