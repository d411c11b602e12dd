"""The county the load falls on: the shipped workspace, with plugins that answer at once."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

__all__ = ["DEPARTMENTS", "make_county"]

DEPARTMENTS = (
    "police", "justice", "petitions", "market_supervision", "human_resources", "housing",
    "natural_resources", "health", "civil_affairs", "ecology", "urban_management",
    "traffic_police",
)  # fmt: skip
"""Those with a plugin; whatever goes to others waits in their desk inbox."""

_PLUGIN = '''"""Departments that take whatever is offered, and have done it at once."""

from referral_engine import Claim, Contact, Department, Handler, Referral, Report, hookimpl

UNITS = {units!r}


class Prompt(Handler):
    def offered(self, referral: Referral):
        said = [Claim(), Contact("已联系反映人，正在现场办理。")]
        return [*said, Report("已到现场核实并处理完毕，反映人表示认可，现场照片存档。")]


def department(unit: str) -> Department:
    made = Department(unit, unit, "1.0")
    made.handles()(Prompt)
    return made


@hookimpl
def referral_departments():
    return [department(unit) for unit in UNITS]
'''


def make_county(folder: Path) -> Path:
    """A new workspace of ``referral init`` with the plugin; its config.yaml."""
    script = Path(sys.executable).with_name("referral")
    subprocess.run([script, "init", folder], check=True, stdout=subprocess.DEVNULL)
    plugin = folder / "prompt" / "prompt"
    plugin.mkdir(parents=True)
    (plugin / "__init__.py").write_text(_PLUGIN.format(units=DEPARTMENTS), "utf-8")
    config = folder / "config.yaml"
    text = config.read_text("utf-8").replace("folders: [plugins]", "folders: [prompt]")
    # In quiet hours notices wait for the morning: the load must be the same at every hour.
    text = text.replace("21:00-08:00", _far_from_now())
    config.write_text(text, "utf-8")
    return config


def _far_from_now() -> str:
    """A minute half a day away."""
    at = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")) + timedelta(hours=12)
    return f"{at:%H:%M}-{at + timedelta(minutes=1):%H:%M}"
