"""The part of requirements.lock that certain packages need, hashes and all.

`python runtime_lock.py requirements.lock` prints what the engine itself runs with, PostgreSQL
included; further names print what those need instead. Runs before anything is installed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["needed", "sections"]

_ITSELF = "referral-engine (pyproject.toml)"
# Named in the extra `postgres`, which the lock knows through the developers' group only.
_POSTGRES = ("procrastinate", "psycopg")


def sections(lock: str) -> dict[str, str]:
    """The text of each package's entry, by its name."""
    parts = re.split(r"(?m)^(?=[A-Za-z0-9])", lock)
    return {re.split(r"[=\[ ;]", part, maxsplit=1)[0]: part for part in parts if part.strip()}


def needed(lock: str, names: Sequence[str] = ()) -> Iterator[str]:
    """The entries that `names`, by default the engine itself, need, in the order of the lock."""
    found = sections(lock)
    asked_by = {name: _asked_by(text) for name, text in found.items()}
    wanted = set(names) or {
        *_POSTGRES, *(name for name, by in asked_by.items() if _ITSELF in by)
    }  # fmt: skip
    if unknown := wanted - found.keys():
        raise SystemExit(f"not in the lock: {', '.join(sorted(unknown))}")
    while more := {n for n, by in asked_by.items() if by & wanted} - wanted:
        wanted |= more
    return (text for name, text in found.items() if name in wanted)


def _asked_by(text: str) -> set[str]:
    """Whoever brought a package in, as the comments below it tell."""
    told = re.findall(r"(?m)^ +# +(?:via +)?(\S.*)$", text)
    return {name.strip() for name in told if name.strip() != "via"}


if __name__ == "__main__":
    file, *asked = sys.argv[1:]
    sys.stdout.write("".join(needed(Path(file).read_text("utf-8"), asked)))
