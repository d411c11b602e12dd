"""The shipped county, in which everything is referred to the department that is tested."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from referral_engine.shipped import template_root
from referral_engine.workspace import Workspace

__all__ = ["CATEGORY", "PLACE", "make_county"]

PLACE = "620922100001001"
CATEGORY = "M01"
_CONFIG = """\
county: {{name: 测试县, zone: Asia/Shanghai}}
organisation: {organisation}
rules: rules
plugins: {{folders: [], entry_points: false}}
flow:{flow}
"""
_UNIT = '  - {{id: {id}, name: {name}, kind: department, territory: "620922"}}\n'
_ROUTING = """\
kind: routing
hit: first
rules: []
default: {{refer: {{lead: {id}}}}}
"""


def make_county(folder: Path, departments: Iterable[tuple[str, str]]) -> Workspace:
    """Writes the county into `folder`; departments are pairs of id and name, and everything goes to
    the first. Units, categories, whistles and limits are those that are shipped; a department that
    is no unit there becomes one.
    """
    shipped = template_root()
    units = list(departments)
    known = set(re.findall(r"\{id: (\w+)", (shipped / "rules/org/units.yaml").read_text("utf-8")))
    new = [_UNIT.format(id=id, name=json.dumps(name)) for id, name in units if id not in known]
    organisation = [str(shipped / "rules/org")]
    files = {"rules/routing.yaml": _ROUTING.format(id=units[0][0])}
    if new:
        organisation.append("org.yaml")
        files["org.yaml"] = "kind: organisation\nunits:\n" + "".join(new)
    for name in ("categories.yaml", "whistles.yaml"):
        files[f"rules/{name}"] = (shipped / "rules" / name).read_text("utf-8")
    flow = (shipped / "config.yaml").read_text("utf-8").partition("\nflow:")[2]
    files["config.yaml"] = _CONFIG.format(
        organisation=json.dumps(organisation), flow=flow.partition("\n\n")[0]
    )
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return Workspace.open(folder / "config.yaml")
