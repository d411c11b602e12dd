"""A letter's template, as an administrator writes it: YAML, its body text with places to fill.

letters:
  - id: acceptance
    name: 受理告知书                 # the head of the page
    series: 吹哨受                   # before the year in the number (文号)
    to: reporter                    # or `lead`: the unit in charge; `centre`: the one that holds it
    signers: [dispatcher]           # who sends it has one of these roles, and has signed it
    basis: …                        # 依据
    asks: {reason: 理由}             # what only a person knows, given by --set reason=…
    body: |
      {{ addressee }}：
      …

The body is Jinja, in a sandbox: values.py says what may stand in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from jinja2 import StrictUndefined, TemplateSyntaxError, meta
from jinja2.sandbox import SandboxedEnvironment
from yaml.nodes import Node

from referral_engine.errors import Fault, Faulty, Place
from referral_engine.i18n import _
from referral_engine.letters.filed import RECIPIENTS
from referral_engine.letters.values import VALUES
from referral_engine.marked_yaml import Entry, MarkedYaml
from referral_engine.model.principal import ROLES
from referral_engine.spelling import nearest

__all__ = ["LANGUAGE", "Template", "load_letters"]

LANGUAGE = SandboxedEnvironment(
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
)
_KEYS = ("id", "name", "series", "to", "signers", "basis", "asks", "body")
_NEEDED = ("id", "name", "series", "to", "body")


class Template(msgspec.Struct, frozen=True):
    """One kind of letter. ``asks`` maps what a person must say to its label."""

    id: str
    name: str
    series: str
    to: str
    signers: tuple[str, ...]
    basis: str
    asks: Mapping[str, str]
    body: str
    place: Place


def load_letters(folders: Iterable[Path]) -> dict[str, Template]:
    """All templates by id, in the order of the files; raises Faulty with every fault of every file.

    A folder that is not there has none.
    """
    found: dict[str, Template] = {}
    faults: list[Fault] = []
    for file in sorted(file for folder in folders for file in folder.glob("**/*.yaml")):
        try:
            reader = _Reader(file, found)
        except Faulty as error:
            faults += error.faults
            continue
        reader.read()
        faults += reader.yaml.faults
    if faults:
        raise Faulty(faults)
    return found


class _Reader:
    """Adds the letters of one file to `found`."""

    def __init__(self, file: Path, found: dict[str, Template]) -> None:
        self.yaml = MarkedYaml(file, "LETTER")
        self._found = found

    def read(self) -> None:
        whole = self.yaml.known(self.yaml.root, ("letters",))
        if "letters" in whole:
            for node in self.yaml.nodes(whole["letters"].value):
                self._letter(node)

    def _letter(self, node: Node) -> None:
        given = self.yaml.known(node, _KEYS)
        if missing := [key for key in _NEEDED if key not in given]:
            self.yaml.fault(
                node, "LETTER_MISSING_KEY", _("missing: {keys}").format(keys=", ".join(missing))
            )
            return
        texts = {key: self.yaml.text(given[key].value) or "" for key in (*_NEEDED, "basis")
                 if key in given}  # fmt: skip
        if texts["id"] in self._found:
            self.yaml.fault(
                given["id"].value,
                "LETTER_DUPLICATE",
                _("there is another letter {id}").format(id=texts["id"]),
            )
        asks = self._asks(given.get("asks"))
        self._check_body(given["body"].value, texts["body"], asks)
        self._found[texts["id"]] = Template(
            id=texts["id"],
            name=texts["name"],
            series=texts["series"],
            to=self.yaml.choice(given["to"].value, RECIPIENTS) or "reporter",
            signers=self._signers(given.get("signers")),
            basis=texts.get("basis", ""),
            asks=asks,
            body=texts["body"],
            place=self.yaml.place(node),
        )

    def _signers(self, entry: Entry | None) -> tuple[str, ...]:
        if entry is None:
            return ()
        chosen = (self.yaml.choice(node, ROLES) for _text, node in self.yaml.texts(entry.value))
        return tuple(role for role in chosen if role)

    def _asks(self, entry: Entry | None) -> dict[str, str]:
        if entry is None:
            return {}
        found = {}
        for each in self.yaml.entries(entry.value):
            if each.key in VALUES:
                message = _("{name} is known without asking").format(name=each.key)
                self.yaml.fault(each.node, "LETTER_BAD_VALUE", message)
            found[each.key] = self.yaml.text(each.value) or each.key
        return found

    def _check_body(self, node: Node, body: str, asks: Mapping[str, str]) -> None:
        try:
            wanted = meta.find_undeclared_variables(LANGUAGE.parse(body))
        except TemplateSyntaxError as error:
            message = _("line {line} of the body: {reason}").format(
                line=error.lineno, reason=error.message
            )
            self.yaml.fault(node, "LETTER_BAD_BODY", message)
            return
        known = [*VALUES, *asks]
        for name in sorted(wanted.difference(known)):
            best = nearest(name, known)
            hint = _("did you mean {best}?").format(best=best) if best else ""
            hint = hint or _("`referral letter values` lists them; a person is asked by `asks:`")
            message = _("nothing is known as {name}").format(name=name)
            self.yaml.fault(node, "LETTER_UNKNOWN_VALUE", message, hint)
