"""A routing table as rows: the rules whose conditions are flat, the others by id and reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from referral_engine.errors import Place
from referral_engine.i18n import _
from referral_engine.rules import vocabulary
from referral_engine.rules.alias import canonical_key
from referral_engine.rules.fields import Registry
from referral_engine.rules.operators import find_operator
from referral_engine.rules.sheet.cells import cell_of
from referral_engine.rules.sheet.columns import COMMENT, IN_YAML, KEYED, Column, heading
from referral_engine.rules.sheet.grid import Cell, Grid
from referral_engine.rules.sheet.slices import Slice, slices

__all__ = ["rows_of"]

# A clause may stand several times in one rule: its number tells the columns apart.
_Key = tuple[Column, int]
_Row = dict[_Key, str]
_CLOCKS = {label: name for name, label in vocabulary.CLOCKS.items()}
_HEAD = ("id", "name")


class _NotFlat(Exception):
    """A rule that no row can hold; the message says what of it."""


def rows_of(text: str, root: MappingNode, file: str, fields: Registry) -> Grid:
    """One row a rule, in order, under the columns that some rule needs.

    `root` is the composed, faultless text of the file. Of a rule that is not flat only id, name
    and the reason are given: it is kept in the rule file.
    """
    rows: list[_Row] = []
    left: dict[str, str] = {}
    for part in slices(text, root):
        row = _head(part)
        try:
            row |= _row(part.node, fields)
        except _NotFlat as reason:
            row[Column((IN_YAML,)), 0] = str(reason)
            left[row[Column(("id",)), 0]] = str(reason)
        rows.append(row)
    columns = _ordered(dict.fromkeys(key for row in rows for key in row))
    return Grid(
        tuple(_cell(heading(key[0], fields), file, 1, n) for n, key in enumerate(columns, 1)),
        tuple(
            tuple(_cell(row.get(key, ""), file, line, n) for n, key in enumerate(columns, 1))
            for line, row in enumerate(rows, 2)
        ),
        left,
    )


def _cell(text: str, file: str, line: int, column: int) -> Cell:
    return Cell(text, Place(file, line, column))


def _head(part: Slice) -> _Row:
    row = {(Column((key,)), 0): cell_of(value) for key, value in _pairs(part.node) if key in _HEAD}
    if part.comment:
        row[Column((COMMENT,)), 0] = part.comment
    return row


def _row(rule: Node, fields: Registry) -> _Row:
    row: _Row = {}
    for key, value in _pairs(rule):
        if key == "when":
            row |= _clauses(value, fields)
        elif key in ("effective", "refer"):
            known = {path: Column(path) for path in KEYED.values()}
            row |= {(known[key, inner], 0): cell_of(node) for inner, node in _pairs(value)}
        elif key in ("within", "set"):
            for word, node in _words(value):
                row[Column((key, _named(key, word, fields))), 0] = cell_of(node)
        else:
            row[Column((key,)), 0] = cell_of(value)
    return row


def _named(key: str, word: str, fields: Registry) -> str:
    if key == "within":
        return _CLOCKS.get(word, word)
    field = fields.find(word)
    return word if field is None else field.name


def _clauses(condition: Node, fields: Registry) -> _Row:
    row: _Row = {}
    seen: Counter[Column] = Counter()
    for column, node in _flat(condition, fields):
        row[column, seen[column]] = cell_of(node)
        seen[column] += 1
    return row


def _flat(condition: Node, fields: Registry) -> Iterator[tuple[Column, Node]]:
    ((word, value),) = _words(condition)
    match canonical_key(word):
        case "all" if isinstance(value, SequenceNode):
            for part in value.value:
                ((inner, _value),) = _words(part)
                if canonical_key(inner) == "all":
                    raise _NotFlat(_("`all` within `all`"))
                yield from _flat(part, fields)
        case "not":
            yield _leaf(value, fields, negated=True)
        case "any" | "repeats" as kind:
            raise _NotFlat(f"`{kind}`")
        case _:
            yield _leaf(condition, fields, negated=False)


def _leaf(condition: Node, fields: Registry, *, negated: bool) -> tuple[Column, Node]:
    ((word, test),) = _words(condition)
    field = fields.find(word)
    if field is None or canonical_key(word):
        raise _NotFlat(_("`not` over more than one clause"))
    ((operator, value),) = _words(test)
    known = find_operator(operator)
    assert known is not None, "the file has been read without faults"
    return Column((), field.name, known.name, negated), value


def _ordered(keys: Iterable[_Key]) -> list[_Key]:
    """Who the rule is, what must hold (in the order of writing), what it does, and remarks."""
    paths = list(KEYED.values())
    last = [(COMMENT,), (IN_YAML,)]

    def place(key: _Key) -> tuple[object, ...]:
        column, _number = key
        if column.is_clause:
            return (1,)
        if column.path in last:
            return 4, last.index(column.path)
        if column.path[0] in ("within", "set"):
            return (3,)
        known = paths.index(column.path)
        return (0, known) if known < len(_HEAD) else (2, known)

    return sorted(keys, key=place)


def _pairs(node: Node) -> list[tuple[str, Node]]:
    """The entries of a mapping by English key."""
    return [(canonical_key(word) or word, value) for word, value in _words(node)]


def _words(node: Node) -> list[tuple[str, Node]]:
    """The entries of a mapping as written. Raises _NotFlat for merge keys and aliases' like."""
    if not isinstance(node, MappingNode):
        raise _NotFlat(_("a shape that no row has"))
    found = []
    for key, value in node.value:
        if not isinstance(key, ScalarNode) or key.value == "<<":
            raise _NotFlat(_("a merge key"))
        found.append((str(key.value), value))
    return found
