"""What every lint rule is: a code, a severity, a manual, and the fault it reports."""

from __future__ import annotations

from textwrap import dedent

import msgspec

from referral_engine.errors import Fault, Place, Severity
from referral_engine.i18n import _

__all__ = ["Lint", "did_you_mean"]


class Lint(msgspec.Struct, frozen=True):
    """``manual`` is the docstring of the rule's module: a summary, why it matters, then examples.

    The examples follow the lines ``Bad::`` and ``Good::`` and are whole rule files, ``---``
    between two of them.
    """

    code: str
    severity: Severity
    manual: str

    def fault(self, place: Place, message: str, suggestion: str = "") -> Fault:
        """The fault at its place; the reader adds the rule and the source line."""
        return Fault(place, self.code, message, self.severity, suggestion)

    @property
    def summary(self) -> str:
        """The manual's first line."""
        return self.manual.strip().splitlines()[0]

    @property
    def reason(self) -> str:
        """What the manual says between its summary and its examples."""
        body = self.manual.strip().split("\n", 1)[1]
        return body.split("Bad::")[0].strip()

    @property
    def bad(self) -> dict[str, str]:
        """Rule files that have this fault, text by name."""
        return _example(self.manual, "Bad::", "Good::")

    @property
    def good(self) -> dict[str, str]:
        """The same files put right."""
        return _example(self.manual, "Good::", "\0")


def did_you_mean(word: str, otherwise: str = "") -> str:
    """The suggestion that names the nearest right spelling; `otherwise` when there is none."""
    return _("did you mean `{word}`?").format(word=word) if word else otherwise


def _example(manual: str, start: str, end: str) -> dict[str, str]:
    part = manual.split(start, 1)[1].split(end, 1)[0]
    files = dedent(part).strip("\n").split("\n---\n")
    return {f"{number}.yaml": text + "\n" for number, text in enumerate(files, 1)}
