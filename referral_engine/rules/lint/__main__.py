"""Prints the rule codes for docs/errors.md: ``python -m referral_engine.rules.lint``."""

from __future__ import annotations

import sys

from referral_engine.rules.lint import Lint, lints

__all__ = ["page", "section"]


def page() -> str:
    """All codes in alphabetical order, as Markdown."""
    return "\n".join(section(lint) for lint in lints().values())


def section(lint: Lint) -> str:
    """One code: its severity, what it means, a bad and a good example."""
    examples = "".join(
        f"\n{title}\n\n```yaml\n{''.join(_files(files))}```\n"
        for title, files in (("Bad:", lint.bad), ("Good:", lint.good))
    )
    return f"### {lint.code}\n\n*{lint.severity}.* {lint.summary}\n\n{lint.reason}\n{examples}"


def _files(files: dict[str, str]) -> list[str]:
    texts = list(files.values())
    # A control character would make the page itself a binary file.
    shown = [text.replace("\a", "␇").replace("\t", "␉") for text in texts]
    return [f"# file {at}\n{text}" if len(shown) > 1 else text for at, text in enumerate(shown, 1)]


if __name__ == "__main__":
    sys.stdout.write(page())
