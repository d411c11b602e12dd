"""A new plugin: a package with its test and README that passes at once."""

from __future__ import annotations

import keyword
from pathlib import Path
from string import Template

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.plugins.version import HOOKS

__all__ = ["make_plugin"]

_SCAFFOLD = Path(__file__).parent / "scaffold"
_FILES = {
    "__init__.py.txt": "__init__.py",
    "README.md.txt": "README.md",
    "pyproject.toml.txt": "pyproject.toml",
    "test.py.txt": "tests/test_{id}.py",
}


def make_plugin(folder: Path, id: str, name: str) -> list[Path]:
    """Writes the plugin of department `id` into `folder`/`id`; the files, in order.

    Raises Refused: BAD_PLUGIN_NAME, NOT_EMPTY.
    """
    if not id.isidentifier() or not id.isascii() or id != id.lower() or keyword.iskeyword(id):
        raise Refused(
            "BAD_PLUGIN_NAME",
            _("{id} is no name for a plugin").format(id=id),
            _("Take the unit's id, as `referral doctor --units` has it: urban_management."),
        )
    home = folder / id
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise Refused(
            "NOT_EMPTY",
            _("{folder} is not empty; nothing was changed.").format(folder=home),
            _("Name a new folder, or empty this one first."),
        )
    # In a string literal of the plugin.
    safe = name.replace("\\", "").replace('"', "")
    values = {"id": id, "name": safe or id, "dashed": id.replace("_", "-"), "hooks": HOOKS}
    written = []
    for template, place in _FILES.items():
        file = home / place.format(id=id)
        file.parent.mkdir(parents=True, exist_ok=True)
        text = Template((_SCAFFOLD / template).read_text("utf-8")).substitute(values)
        file.write_text(text, "utf-8")
        written.append(file)
    return written
