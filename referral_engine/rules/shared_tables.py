"""The files other files refer to: lists, categories, whistle levels."""

from __future__ import annotations

from yaml.nodes import MappingNode, Node, SequenceNode

from referral_engine.i18n import _
from referral_engine.rules import lint, vocabulary
from referral_engine.rules.clocks import read_within
from referral_engine.rules.reader import Entry, Reader
from referral_engine.rules.tree import Category, Within
from referral_engine.rules.yaml_nodes import is_null
from referral_engine.spelling import nearest

__all__ = ["read_categories", "read_lists", "read_whistles"]


def read_lists(reader: Reader, root: Node) -> dict[str, tuple[Entry, tuple[str, ...]]]:
    """The lists of a ``kind: lists`` file: name to where it is written and its words."""
    entries = reader.entries(root, ("kind", "rank", "lists"), required=("lists",))
    found: dict[str, tuple[Entry, tuple[str, ...]]] = {}
    for name, entry in (reader.words(entries["lists"][1]) if "lists" in entries else {}).items():
        words = tuple(word for node in reader.items(entry[1]) if (word := reader.text(node)))
        if isinstance(entry[1], SequenceNode) and not entry[1].value:
            reader.report(lint.empty_condition.fault(reader.place(entry[0])))
        found[name] = (entry, words)
    return found


def read_categories(reader: Reader, root: Node) -> dict[str, tuple[Entry, Category]]:
    """The codes of a ``kind: categories`` file: ``M01: 市容`` or ``M01: {label: …, parent: M}``.

    Without ``parent`` the longest other code of the file that begins the code is above it.
    """
    entries = reader.entries(root, ("kind", "rank", "categories"), required=("categories",))
    if "categories" not in entries:
        return {}
    written = reader.words(entries["categories"][1])
    return {
        code: (entry, _category(reader, code, entry, written)) for code, entry in written.items()
    }


def read_whistles(reader: Reader, root: Node) -> dict[str, tuple[Entry, Within]]:
    """The clocks of each whistle level, of an ordinary ``dispatch`` and of the ``case`` itself."""
    entries = reader.entries(root, ("kind", "rank", "whistles", "dispatch", "case"))
    found: dict[str, tuple[Entry, Within]] = {}
    for key, value in (
        reader.words(entries["whistles"][1]).values() if "whistles" in entries else ()
    ):
        level = reader.spelt(key, key.value, vocabulary.WHISTLES)
        if level in found:
            first = reader.place(found[level][0][0])
            reader.report(lint.duplicate_id.fault(reader.place(key), level, first))
        if level:
            found[level] = ((key, value), read_within(reader, value))
    for name in ("dispatch", "case"):
        if name in entries:
            found[name] = (entries[name], read_within(reader, entries[name][1]))
    return found


def _category(reader: Reader, code: str, entry: Entry, written: dict[str, Entry]) -> Category:
    prefix = max((c for c in written if c != code and code.startswith(c)), key=len, default="")
    if not isinstance(entry[1], MappingNode):
        return Category(reader.text(entry[1]), prefix)
    keys = ("label", "parent")
    inside = reader.entries(entry[1], keys, required=("label",))
    label = reader.optional(inside, "label")
    if "parent" not in inside:
        return Category(label, prefix)
    node = inside["parent"][1]
    if is_null(node) or node.value == "":
        return Category(label, "")  # at the top, although its code begins like another
    parent = reader.text(node)
    if parent and parent not in written:
        reader.report(
            lint.unknown_category.fault(reader.place(node), parent, nearest(parent, written))
        )
    elif _circular(code, parent, written):
        reader.wrong(node, _("a category above this one"))
    return Category(label, parent)


def _circular(code: str, parent: str, written: dict[str, Entry]) -> bool:
    """Whether the parents that are written out lead from ``parent`` back to ``code``."""
    seen: set[str] = set()
    while parent and parent not in seen:
        if parent == code:
            return True
        seen.add(parent)
        parent = _written_parent(parent, written)
    return False


def _written_parent(code: str, written: dict[str, Entry]) -> str:
    value = written[code][1] if code in written else None
    for key, node in value.value if isinstance(value, MappingNode) else ():
        if key.value in ("parent", "上级"):
            return str(node.value)
    return ""
