"""Issues come in, rules decide who is whistled for, departments claim and report (吹哨报到).

What a department's plugin imports is listed in ``__all__``; docs/plugins.md is its reference.
The names are fetched when first used, so that ``import referral_engine`` reads nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from referral_engine.version import __version__

if TYPE_CHECKING:
    from referral_engine.hookspecs import hookimpl
    from referral_engine.model.secret import Secret, from_env, from_file
    from referral_engine.plugins.acts import (
        Act,
        Answer,
        Arrive,
        Claim,
        Contact,
        Decline,
        Defer,
        Entered,
        Evidence,
        HandOff,
        Message,
        NotNeeded,
        Outcome,
        Progress,
        Reply,
        Report,
        Wait,
        proof,
    )
    from referral_engine.plugins.course import Course
    from referral_engine.plugins.department import Department
    from referral_engine.plugins.handler import Handler, Handles
    from referral_engine.plugins.rehearsal import file_number, pick, wait_within
    from referral_engine.plugins.view import (
        Conference,
        Escalation,
        Location,
        OpenHours,
        Receipt,
        Referral,
        Reporter,
    )
    from referral_engine.reach.files import FileExchange
    from referral_engine.reach.polling import Polling
    from referral_engine.reach.together import Together
    from referral_engine.reach.voice import Voice
    from referral_engine.reach.webhook import Webhook

__all__ = [
    "Act",
    "Answer",
    "Arrive",
    "Claim",
    "Conference",
    "Contact",
    "Course",
    "Decline",
    "Defer",
    "Department",
    "Entered",
    "Escalation",
    "Evidence",
    "FileExchange",
    "HandOff",
    "Handler",
    "Handles",
    "Location",
    "Message",
    "NotNeeded",
    "OpenHours",
    "Outcome",
    "Polling",
    "Progress",
    "Receipt",
    "Referral",
    "Reply",
    "Report",
    "Reporter",
    "Secret",
    "Together",
    "Voice",
    "Wait",
    "Webhook",
    "__version__",
    "file_number",
    "from_env",
    "from_file",
    "hookimpl",
    "pick",
    "proof",
    "wait_within",
]

_HOMES = {
    "hookspecs": ("hookimpl",),
    "plugins.acts": (
        "Act", "Answer", "Arrive", "Claim", "Contact", "Decline", "Defer", "Entered", "Evidence",
        "HandOff", "Message", "NotNeeded", "Outcome", "Progress", "Reply", "Report", "Wait",
        "proof",
    ),
    "plugins.course": ("Course",),
    "plugins.department": ("Department",),
    "plugins.handler": ("Handler", "Handles"),
    "plugins.rehearsal": ("file_number", "pick", "wait_within"),
    "plugins.view": (
        "Conference", "Escalation", "Location", "OpenHours", "Receipt", "Referral", "Reporter",
    ),
    "reach.files": ("FileExchange",),
    "reach.polling": ("Polling",),
    "model.secret": ("Secret", "from_env", "from_file"),
    "reach.together": ("Together",),
    "reach.voice": ("Voice",),
    "reach.webhook": ("Webhook",),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Fetches a public name from its module; raises AttributeError for any other."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    found: object = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
