"""Rows as the nodes of rules, so that they are read, and faulted, like a rule file."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.operators import OPERATORS
from referral_engine.rules.sheet.cells import MAP, SEQ, STR, marked, node_of
from referral_engine.rules.sheet.columns import (
    COMMENT,
    IN_YAML,
    Column,
    heading,
    nearest_heading,
    read_heading,
)
from referral_engine.rules.sheet.grid import Cell, Grid

__all__ = ["SheetRule", "rules_of"]

_FIRST = ("id", "name", "basis", "why", "effective")
_LISTS = frozenset({"many", "words", "pair"})


class SheetRule(msgspec.Struct, frozen=True):
    """One row: the node of its rule, or the ``id`` of the one that is kept in the rule file.

    ``comment`` is None where the sheet has no column for it.
    """

    id: str
    place: Place
    node: MappingNode | None
    comment: str | None = None


def rules_of(grid: Grid, fields: Registry) -> tuple[list[SheetRule], list[Fault]]:
    """The rules in order, and every fault of headings and cells at its row and column.

    What the rule language has against the rules is found when their nodes are read.
    """
    columns, faults = _columns(grid, fields)
    filled = [row for row in grid.rows if any(cell.text.strip() for cell in row)]
    return [_rule(row, columns, fields, faults) for row in filled], faults


def _columns(grid: Grid, fields: Registry) -> tuple[list[Column | None], list[Fault]]:
    columns: list[Column | None] = []
    faults: list[Fault] = []
    for cell in grid.headings:
        column = read_heading(cell.text, fields) if cell.text.strip() else None
        if column is None and cell.text.strip():
            message = _("`{heading}` is no column").format(heading=cell.text.strip())
            near = nearest_heading(cell.text, fields)
            hint = _("did you mean `{word}`?").format(word=near) if near else _hint()
            faults.append(Fault(cell.place, "UNKNOWN_COLUMN", message, suggestion=hint))
        elif column is not None and not column.is_clause and column in columns:
            message = _("the column `{heading}` is there twice").format(heading=cell.text)
            hint = _("put what it says into one of them, and delete the other")
            faults.append(Fault(cell.place, "COLUMN_TWICE", message, suggestion=hint))
            column = None
        columns.append(column)
    return columns, faults


def _hint() -> str:
    return _("`referral rules fields` lists the fields and operators that a heading may name")


def _rule(
    row: tuple[Cell, ...], columns: list[Column | None], fields: Registry, faults: list[Fault]
) -> SheetRule:
    place = row[0].place
    texts: dict[tuple[str, ...], str] = {}
    values: list[tuple[Column, Place, Node]] = []
    for number, cell in enumerate(row):
        column = columns[number] if number < len(columns) else None
        if not cell.text.strip():
            continue
        if column is None:
            faults += _homeless(cell, number, len(columns))
            continue
        texts[column.path] = cell.text.strip()
        if column.path not in ((IN_YAML,), (COMMENT,)):
            node = _value(cell, column, fields)
            if isinstance(node, Fault):
                faults.append(node)
            else:
                values.append((column, cell.place, node))
    id = texts.get(("id",), "")
    comment = texts.get((COMMENT,), "") if Column((COMMENT,)) in columns else None
    if (IN_YAML,) in texts:
        return SheetRule(id, place, None, comment)
    return SheetRule(id, place, _mapping(values, place), comment)


def _homeless(cell: Cell, number: int, width: int) -> list[Fault]:
    if number < width:
        return []  # its heading has been faulted; an empty one is:
    message = _("`{text}` stands under no heading").format(text=cell.text.strip())
    hint = _("give the column a heading, or empty the cell")
    return [Fault(cell.place, "WIDE_ROW", message, suggestion=hint)]


def _value(cell: Cell, column: Column, fields: Registry) -> Node | Fault:
    if cell.retyped and not _may_be(cell, column, fields):
        message = _("the spreadsheet has made a {kind} of this cell: {text}")
        kind = {"number": _("number"), "date": _("date")}.get(cell.retyped, _("formula"))
        return Fault(
            cell.place,
            "RETYPED_CELL",
            message.format(kind=kind, text=cell.text),
            suggestion=_("format the column as text, then write the value again: {heading}").format(
                heading=heading(column, fields)
            ),
        )
    node = node_of(cell.text, cell.place)
    takes = OPERATORS[column.operator].takes if column.is_clause else "one"
    if isinstance(node, ScalarNode) and takes in _LISTS and not node.value.startswith("$"):
        return marked(SequenceNode(SEQ, [node], flow_style=True), cell.place)
    return node


def _may_be(cell: Cell, column: Column, fields: Registry) -> bool:
    """Whether what the spreadsheet made of the cell is what the column wants anyway."""
    if cell.retyped == "date":
        return column.path[:1] == ("effective",)
    name = column.field or (column.path[-1] if column.path[:1] == ("set",) else "")
    field = fields.find(name)
    return cell.retyped == "number" and field is not None and field.type in ("int", "number")


# -- nodes --------------------------------------------------------------------------------------


def _mapping(values: list[tuple[Column, Place, Node]], place: Place) -> MappingNode:
    """The rule: who it is, what must hold, what it does, in the order of the columns."""
    keyed: dict[str, Node] = {}
    nested: dict[str, list[tuple[Node, Node]]] = {}
    clauses: list[Node] = []
    for column, at, node in values:
        if column.is_clause:
            clauses.append(_clause(column, at, node))
        elif len(column.path) == 2:
            outer, inner = column.path
            if outer not in nested:
                nested[outer] = []
                keyed[outer] = marked(MappingNode(MAP, nested[outer], flow_style=True), at)
            nested[outer].append((_key(inner, at), node))
        else:
            keyed[column.path[0]] = node
    pairs = list(_in_order(keyed, clauses, place))
    mapping = MappingNode(MAP, pairs, flow_style=False)
    marked(mapping, place)
    return mapping


def _in_order(
    keyed: dict[str, Node], clauses: list[Node], place: Place
) -> Iterator[tuple[Node, Node]]:
    first = [key for key in _FIRST if key in keyed]
    yield from ((_key(key, place), keyed[key]) for key in first)
    if len(clauses) == 1:
        yield _key("when", place), clauses[0]
    elif clauses:
        parts = marked(SequenceNode(SEQ, clauses, flow_style=False), place)
        every = MappingNode(MAP, [(_key("all", place), parts)], flow_style=False)
        yield _key("when", place), marked(every, place)
    for key, node in keyed.items():
        if key not in first:
            yield _key(key, place), node


def _clause(column: Column, at: Place, node: Node) -> Node:
    test = MappingNode(MAP, [(_key(column.operator, at), node)], flow_style=True)
    leaf = MappingNode(MAP, [(_key(column.field, at), marked(test, at))], flow_style=True)
    if column.negated:
        inner = marked(leaf, at)
        leaf = MappingNode(MAP, [(_key("not", at), inner)], flow_style=True)
    return marked(leaf, at)


def _key(word: str, at: Place) -> Node:
    return marked(ScalarNode(STR, word), at)
