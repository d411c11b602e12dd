"""How departments' plugins are found and fenced: config.yaml under ``plugins``."""

from __future__ import annotations

from typing import Annotated

import msgspec

__all__ = ["BreakerSettings", "DepartmentSettings", "PluginSettings"]

Positive = Annotated[float, msgspec.Meta(gt=0)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class BreakerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a department is not called for a while, because its system is down.

    ``failures``  so many in a row open the breaker
    ``share``     or so many per cent of the last ``window`` calls
    ``pause``     seconds until the first probe; doubled after each that fails, up to ``longest``
    ``patience``  seconds for which an outage costs no call one of its tries; 0: every try counts
    """

    failures: Count = 5
    share: Annotated[int, msgspec.Meta(ge=1, le=100)] = 50
    window: Count = 20
    pause: Positive = 30.0
    longest: Positive = 600.0
    patience: Annotated[float, msgspec.Meta(ge=0)] = 86_400.0


class DepartmentSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What differs for one department; ``deadline`` in seconds, None as for all."""

    deadline: Positive | None = None
    breaker: BreakerSettings | None = None


class PluginSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No figure is law or practice; these are sizes for one machine.

    ``folders``         each subfolder is a package with a plugin; relative to the configuration
    ``entry_points``    whether installed packages are asked too
    ``deadline``        seconds that a call may take
    ``start_deadline``  seconds that loading one plugin may take
    ``memory``          MiB of address space for each plugin's process (RLIMIT_AS); 0: no limit
    ``backoff``         longest pause in seconds before a plugin that keeps dying is started again
    ``breaker``         when a department that keeps failing is left alone
    ``departments``     what differs, by department
    """

    folders: tuple[str, ...] = ("plugins",)
    entry_points: bool = True
    deadline: Positive = 10.0
    start_deadline: Positive = 30.0
    memory: Annotated[int, msgspec.Meta(ge=0)] = 1024
    backoff: Positive = 60.0
    breaker: BreakerSettings = BreakerSettings()
    departments: dict[str, DepartmentSettings] = {}

    def deadline_of(self, department: str) -> float:
        """Seconds that a call to this department may take."""
        own = self.departments.get(department, DepartmentSettings()).deadline
        return self.deadline if own is None else own

    def breaker_of(self, department: str) -> BreakerSettings:
        """When this department is left alone."""
        return self.departments.get(department, DepartmentSettings()).breaker or self.breaker
