"""How departments' plugins are found and fenced: config.yaml under ``plugins``."""

from __future__ import annotations

from typing import Annotated

import msgspec

__all__ = ["PluginSettings"]

Positive = Annotated[float, msgspec.Meta(gt=0)]


class PluginSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No figure is law or practice; these are sizes for one machine.

    ``folders``         each subfolder is a package with a plugin; relative to the configuration
    ``entry_points``    whether installed packages are asked too
    ``deadline``        seconds that a call may take
    ``start_deadline``  seconds that loading one plugin may take
    ``memory``          MiB of address space for each plugin's process (RLIMIT_AS); 0: no limit
    ``backoff``         longest pause in seconds before a plugin that keeps dying is started again
    """

    folders: tuple[str, ...] = ("plugins",)
    entry_points: bool = True
    deadline: Positive = 10.0
    start_deadline: Positive = 30.0
    memory: Annotated[int, msgspec.Meta(ge=0)] = 1024
    backoff: Positive = 60.0
