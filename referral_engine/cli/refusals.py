"""docs/refusals.md, read from the code: ``python -m referral_engine.cli.refusals``.

Every refusal is made as ``Refused("CODE", _("why"), _("what to do instead"))``; this collects
them, so that no code is without a line and no line without a code.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

__all__ = ["Refusal", "refusals", "table"]

_MADE = ("Refused", "Unavailable")
_PACKAGE = Path(__file__).resolve().parents[1]
_INTRODUCTION = """\
# Refusals

<!-- Written by `python -m referral_engine.cli.refusals`; a test keeps it true. -->

A command that was understood and is not allowed as it stands is answered with a code that never
changes, the reason, and what to do instead; the exit code is 1 and nothing was changed. Faults of
files have codes of their own: [errors.md](errors.md), [mapping.md](mapping.md).

| code | why | what to do | from |
|---|---|---|---|"""


class Refusal(NamedTuple):
    """``why`` and ``instead`` are the English texts, empty where the code makes them elsewhere."""

    code: str
    why: str
    instead: str
    module: str


def refusals() -> list[Refusal]:
    """Every refusal of the package, by code; one that is made in several places comes once."""
    found: dict[str, Refusal] = {}
    for file in sorted(_PACKAGE.rglob("*.py")):
        module = ".".join(file.relative_to(_PACKAGE).with_suffix("").parts[:2])
        for refusal in _made(ast.parse(file.read_text("utf-8")), module):
            known = found.setdefault(refusal.code, refusal)
            if len(known.why + known.instead) < len(refusal.why + refusal.instead):
                found[refusal.code] = refusal
    return sorted(found.values())


def table(found: Iterable[Refusal]) -> str:
    """The whole page as Markdown."""
    rows = [f"| `{r.code}` | {_cell(r.why)} | {_cell(r.instead)} | {r.module} |" for r in found]
    return "\n".join([_INTRODUCTION, *rows]) + "\n"


def _made(tree: ast.AST, module: str) -> Iterator[Refusal]:
    # The innermost function comes last, so that its own names win.
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    told = {each.name: each.body[-1] for each in functions if isinstance(each.body[-1], ast.Return)}
    for function in functions:
        named = {**told, **dict(_assigned(function))}
        for node in ast.walk(function):
            code, *texts = _arguments(node)
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                why, instead = [*(_text(text, named) for text in texts), "", ""][:2]
                yield Refusal(code.value, why, instead, module)


def _arguments(node: ast.AST) -> list[ast.expr | None]:
    """The arguments of ``Refused(…)``; a single None for any other node."""
    refused = isinstance(node, ast.Call) and _name(node) in _MADE
    return [*node.args] if refused and isinstance(node, ast.Call) and node.args else [None]


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _assigned(function: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def _text(node: ast.AST | None, named: Mapping[str, ast.AST]) -> str:
    """The English text of ``_("…")`` wherever it stands in the expression."""
    for inner in ast.walk(node) if node is not None else ():
        match inner:
            case ast.Name(id=name) if name in named and (text := _text(named[name], {})):
                return text
            case ast.Call(func=ast.Name(id="_"), args=[ast.Constant(value=text), *_rest]):
                return str(text)
    return ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(table(refusals()), end="")  # noqa: T201 - the page itself
