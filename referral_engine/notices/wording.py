"""What a unit is told, in one line: no names, no words of a reporter, only the case's code."""

from __future__ import annotations

from referral_engine.i18n import _
from referral_engine.model.outcome import Notice

__all__ = ["line"]


def line(notice: Notice) -> str:
    """The notice as a line for a channel that others may read."""
    said = _subjects().get(notice.subject, notice.subject.replace("_", " "))
    return _("{what}: case {case}").format(what=said, case=notice.case)


def _subjects() -> dict[str, str]:
    """In the language of the moment; a subject that is not here is said by its own name."""
    return {
        "offered": _("A case was referred to you"),
        "returned": _("Your report did not pass the review"),
        "supervised": _("You are supervised in this case"),
        "stepped_up": _("The case was stepped up"),
        "support_stalls": _("A support stalls"),
        "system_unreachable": _("Your system does not answer; go on at the desk"),
        "conference": _("You are called to a conference"),
        "review": _("A report waits for review"),
        "to_sign": _("Something waits for your signature"),
        "at_the_top": _("The case is late at the highest level"),
        "withdrawal_asked": _("The reporter asks to withdraw"),
        "problem_named": _("The same trouble came back"),
        "unreached": _("The reporter could not be reached"),
        "closed": _("The case is closed"),
    }
