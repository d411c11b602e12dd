"""A county with a centre and one department, to which everything is referred."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from referral_engine.shipped import template_root
from referral_engine.workspace import Workspace

__all__ = ["CATEGORY", "PLACE", "make_county"]

PLACE = "620922100200001"
CATEGORY = "M01"
_CONFIG = """\
county: {name: 测试县, zone: Asia/Shanghai}
organisation: org.yaml
rules: rules
plugins: {folders: [], entry_points: false}
"""
_EMPTY_LINE = "\n\n"
_ORG = """\
kind: organisation
territories:
  - {code: "620922", name: 测试县}
  - {code: "620922100", name: 城关镇}
  - {code: "620922100200", name: 西关村}
  - {code: "620922100200001", name: 西关一网格}
units:
  - {id: centre, name: 县综治中心, kind: centre, territory: "620922", hours: 24h}
  - {id: discipline, name: 县纪委监委, kind: discipline, territory: "620922"}
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
    the first. Its categories, whistles and limits are those that are shipped.
    """
    units = list(departments)
    shipped = template_root() / "rules"
    flow = (template_root() / "config.yaml").read_text("utf-8").partition("\nflow:")[2]
    files = {
        "config.yaml": f"{_CONFIG}flow:{flow.partition(_EMPTY_LINE)[0]}\n",
        "org.yaml": _ORG
        + "".join(_UNIT.format(id=id, name=json.dumps(name)) for id, name in units),
        "rules/routing.yaml": _ROUTING.format(id=units[0][0]),
        "rules/categories.yaml": (shipped / "categories.yaml").read_text("utf-8"),
        "rules/whistles.yaml": (shipped / "whistles.yaml").read_text("utf-8"),
    }
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return Workspace.open(folder / "config.yaml")
