"""Where plugins lie: subfolders of the configured folders, and installed entry points."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from referral_engine.i18n import _
from referral_engine.plugins.quarantine import Quarantined

__all__ = ["GROUP", "Found", "Source", "find", "find_installed"]

GROUP = "referral_engine.departments"
_IGNORED = (".", "_")


class Source(msgspec.Struct, frozen=True):
    """One plugin before it is loaded: a package in a folder, or an entry point.

    ``where`` is the package's folder, or the entry point's ``module:attribute``. ``played``:
    nothing of it is to go to a system outside.
    """

    kind: str
    name: str
    where: str
    played: bool = False

    def __str__(self) -> str:
        return self.where if self.kind == "folder" else f"{self.name} = {self.where}"


class Found(msgspec.Struct, frozen=True):
    sources: tuple[Source, ...]
    quarantined: tuple[Quarantined, ...]


def find(folders: Sequence[Path], installed: Iterable[Source] = ()) -> Found:
    """Folders in the order given, then what is installed: the county's own copy comes first.

    What lies in a folder and is no package is quarantined by name; hidden names are ignored.
    """
    sources: list[Source] = []
    broken: list[Quarantined] = []
    for folder in folders:
        if not folder.is_dir():
            broken.append(Quarantined(str(folder), _("there is no such folder")))
            continue
        for entry in sorted(folder.iterdir()):
            if entry.name.startswith(_IGNORED):
                continue
            if (entry / "__init__.py").is_file():
                sources.append(Source("folder", entry.name, str(entry.resolve())))
            elif entry.is_dir() or entry.suffix == ".py":
                reason = _("not a package: put the plugin into {name}/__init__.py")
                broken.append(Quarantined(str(entry), reason.format(name=entry.stem)))
    return Found((*sources, *installed), tuple(broken))


def find_installed(cache: Path | None = None) -> tuple[Source, ...]:
    """The entry points of the group, by name.

    Asking every installed package costs as much as importing the command line does, so the answer
    is kept in ``cache`` until a folder of ``sys.path`` changes. A cache that cannot be read or
    written costs only that time.
    """
    cache = cache or _cache_file()
    stamp = _stamp()
    known = _remembered(cache, stamp)
    if known is None:
        known = _asked()
        _remember(cache, stamp, known)
    return tuple(Source("installed", name, where) for name, where in known)


def _asked() -> list[tuple[str, str]]:
    from importlib.metadata import entry_points

    return sorted({(each.name, each.value) for each in entry_points(group=GROUP)})


def _stamp() -> list[list[str]]:
    """Installing or removing a package changes the folder it lies in."""
    stamp = [[sys.prefix, sys.version]]
    for each in sys.path:
        try:
            changed = Path(each or ".").stat().st_mtime_ns
        except OSError:
            continue
        stamp.append([str(Path(each or ".").absolute()), str(changed)])
    return stamp


def _cache_file() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    return Path(home) / "referral_engine" / "entry_points.json"


def _remembered(cache: Path, stamp: list[list[str]]) -> list[tuple[str, str]] | None:
    try:
        read = msgspec.json.decode(cache.read_bytes(), type=_Cache)
    except (OSError, msgspec.MsgspecError):
        return None
    return read.found if read.stamp == stamp else None


class _Cache(msgspec.Struct):
    stamp: list[list[str]]
    found: list[tuple[str, str]]


def _remember(cache: Path, stamp: list[list[str]], found: list[tuple[str, str]]) -> None:
    # Written aside and renamed: two processes that start together must not read half a file.
    aside = cache.with_suffix(f".{os.getpid()}")
    try:
        cache.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside.write_text(json.dumps({"stamp": stamp, "found": found}), "utf-8")
        aside.replace(cache)
    except OSError:
        return
