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

__all__ = ["NotAPlugin", "by_id", "departments_of"]


class NotAPlugin(Exception):
    """The package can be imported, and is not what the hook asks for."""


def departments_of(source: Source) -> list[Department]:
    """The departments of a plugin; raises NotAPlugin when it hands over something else."""
    plugin = _imported(source)
    manager = pluggy.PluginManager("referral_engine")
    manager.add_hookspecs(hookspecs)
    manager.register(plugin, name=source.name)
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise NotAPlugin(str(error)) from error
    answers = manager.hook.referral_departments()
    if not answers:
        raise NotAPlugin(_("it has no @hookimpl named referral_departments"))
    return _checked(answers[0])


def by_id(departments: Iterable[Department]) -> dict[str, Department]:
    """For looking them up; of two with one id the first, as when they are admitted."""
    found: dict[str, Department] = {}
    for each in departments:
        found.setdefault(each.id, each)
    return found


def _checked(answer: object) -> list[Department]:
    if not isinstance(answer, list | tuple) or not answer:
        raise NotAPlugin(_("referral_departments must return a list of departments"))
    for each in answer:
        if not isinstance(each, Department):
            kind = type(each).__name__
            raise NotAPlugin(_("a {kind} is not a Department").format(kind=kind))
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
