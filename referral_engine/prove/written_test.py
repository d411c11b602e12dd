"""A witness as a rule test, ready to be put into rules/tests: what the rules do with it now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from referral_engine.i18n import _
from referral_engine.model.issue import Issue
from referral_engine.prove.witness import Shown, Witness

__all__ = ["as_file", "witness_tests", "written_test"]


def written_test(
    name: str,
    witness: Witness,
    expect: Mapping[str, Any],
    then: list[dict[str, Any]] | None = None,
) -> str:
    """One entry of a ``tests:`` list, as YAML."""
    entry: dict[str, Any] = {"name": name}
    if witness.earlier:
        entry["earlier"] = [_issue(each, reporter=True) for each in witness.earlier]
    entry["issue"] = _issue(witness.issue, reporter=bool(witness.earlier))
    entry["expect"] = dict(expect)
    if then:
        entry["then"] = then
    return yaml.safe_dump(
        [entry], allow_unicode=True, sort_keys=False, default_flow_style=None, width=100
    )


def witness_tests(witnesses: Mapping[str, Shown]) -> Iterator[str]:
    """A test for each rule that can win, by the rule's id."""
    for rule, found in witnesses.items():
        name = _("{rule} can win").format(rule=rule)
        expect: dict[str, Any] = {"rule": found.rule}
        if rule in found.prepared:
            expect["prepared"] = list(found.prepared)
        yield written_test(name, found.witness, expect)


def as_file(comment: str, tests: list[str]) -> str:
    """A whole test file, the comment at its head."""
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    body = "".join(f"  {line}\n" for each in tests for line in each.splitlines())
    return f"{head}tests:\n{body}"


def _issue(issue: Issue, *, reporter: bool) -> dict[str, Any]:
    """The fields in which the issue is not like any other."""
    written: dict[str, Any] = {"channel": issue.channel}
    for name, plain in (("category", ""), ("text", ""), ("territory", "")):
        if getattr(issue, name) != plain:
            written[name] = getattr(issue, name)
    written["received_at"] = issue.received_at.isoformat()
    if issue.people != 1:
        written["people"] = issue.people
    if issue.severity != 4:
        written["severity"] = issue.severity
    for name in ("tags", "accused"):
        if getattr(issue, name):
            written[name] = list(getattr(issue, name))
    if issue.reporter.anonymous:
        written["reporter"] = {"anonymous": True}
    elif reporter:
        written["reporter"] = {"phone": issue.reporter.phone}
    return written | _rest(issue)


def _rest(issue: Issue) -> dict[str, Any]:
    rest: dict[str, Any] = {}
    if issue.location is not None:
        rest["location"] = {"lat": issue.location.lat, "lon": issue.location.lon}
    if issue.attachments:
        rest["attachments"] = [each.name for each in issue.attachments]
    if issue.extra:
        rest["extra"] = {name: str(value) for name, value in issue.extra.items()}
    return rest
