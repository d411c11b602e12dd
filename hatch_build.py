"""Packs the starter workspace into the wheel, where `referral init` finds it.

A hook and not `force-include` in pyproject.toml: that would also put a copy beside an editable
installation, where it goes stale and hides the checkout's own files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The same names as TEMPLATE_PARTS in referral_engine/shipped.py; tests/unit/test_house.py compares.
TEMPLATE_PARTS = ("config.yaml", "rules", "plugins", "samples")


class TemplateHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds `template/` to a wheel; an editable installation reads the checkout instead."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Maps every part that exists to its place in the wheel."""
        if version == "editable":
            return
        for part in TEMPLATE_PARTS:
            if Path(self.root, part).exists():
                build_data["force_include"][part] = f"referral_engine/template/{part}"
