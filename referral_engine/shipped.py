"""The workspace that is shipped: configuration, starter rules, department plugins, samples."""

from __future__ import annotations

from pathlib import Path

# What a workspace consists of; hatch_build.py packs the same names into the wheel.
TEMPLATE_PARTS = ("config.yaml", "rules", "plugins", "samples")


def template_root() -> Path:
    """The folder of `TEMPLATE_PARTS`: `template/` in an installed wheel, else the checkout."""
    package = Path(__file__).resolve().parent
    packed = package / "template"
    return packed if packed.is_dir() else package.parent
