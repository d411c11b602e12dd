"""Importing a plugin and asking its hook for departments. Raises whatever the plugin raises."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import zlib
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pluggy

from referral_engine import hookspecs
from referral_engine.i18n import _
from referral_engine.plugins.department import Department
from referral_engine.plugins.find import Source
from referral_engine.plugins.mistake import NotAPlugin, named

__all__ = ["by_id", "departments_of"]


def departments_of(source: Source) -> list[Department]:
    """The departments of a plugin; raises NotAPlugin when it hands over something else."""
    plugin = _imported(source)
    manager = pluggy.PluginManager("referral_engine")
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(plugin, name=source.name)
    except pluggy.PluginValidationError as error:
        raise NotAPlugin(_("referral_departments takes no arguments")) from error
    _check_hooks(manager, plugin)
    answers = manager.hook.referral_departments()
    if not answers:
        raise NotAPlugin(_("referral_departments returns nothing: return a list of departments"))
    offered = _checked(answers[0])
    if source.played:
        for each in offered:
            each.play()
    return offered


def by_id(departments: Iterable[Department]) -> dict[str, Department]:
    """For looking them up; of two with one id the first, as when they are admitted."""
    found: dict[str, Department] = {}
    for each in departments:
        found.setdefault(each.id, each)
    return found


def _check_hooks(manager: pluggy.PluginManager, plugin: object) -> None:
    """The one hook there is, and no other: a misspelt one would never be called."""
    known = {"referral_departments"}
    names = [name for name in dir(plugin) if manager.parse_hookimpl_opts(plugin, name) is not None]
    if strange := sorted(set(names) - known):
        raise NotAPlugin(
            _("there is no hook {name}; the one hook is referral_departments").format(
                name=strange[0]
            )
        )
    if not names and callable(getattr(plugin, "referral_departments", None)):
        raise NotAPlugin(_("referral_departments lacks its @hookimpl"))
    if not names:
        raise NotAPlugin(_("it has no @hookimpl named referral_departments"))


def _checked(answer: object) -> list[Department]:
    if not isinstance(answer, list | tuple):
        told = _("referral_departments must return a list of departments, not {what}")
        raise NotAPlugin(told.format(what=named(answer)))
    if not answer:
        raise NotAPlugin(_("referral_departments returns no department"))
    for each in answer:
        if not isinstance(each, Department):
            raise NotAPlugin(_("{what} is not a Department").format(what=named(each)))
    return list(answer)


def _imported(source: Source) -> object:
    if source.kind == "folder":
        return _package(Path(source.where))
    module, _colon, attribute = source.where.partition(":")
    found: object = importlib.import_module(module)
    for name in attribute.split(".") if attribute else ():
        found = getattr(found, name)
    return found


def _package(folder: Path) -> ModuleType:
    """A folder's package under a name of its own, so that `json/` hides no module called so."""
    name = f"referral_guest_{folder.name}_{zlib.crc32(str(folder).encode()):08x}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise NotAPlugin(_("{folder} cannot be imported").format(folder=folder))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
