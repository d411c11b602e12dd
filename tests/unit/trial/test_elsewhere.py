"""The smallest change that sends an issue to another unit, against trying every change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from referral_engine.model.issue import Issue
from referral_engine.rules.otherwise import Difference, Otherwise
from referral_engine.rules.runtime import ActiveRules
from referral_engine.trial.elsewhere import Elsewhere, answers_kept
from referral_engine.trial.preview import Preview
from referral_engine.workspace import Workspace

LEAK = Issue(
    "app",
    datetime(2026, 9, 30, 4, tzinfo=UTC),
    text="楼上漏水没人管",
    category="D15",
    territory="620922100",
)


@pytest.fixture(scope="module")
def preview(workspace: Workspace, rules: ActiveRules) -> Preview:
    return Preview(workspace, rules)


@pytest.fixture(scope="module")
def elsewhere(preview: Preview, rules: ActiveRules) -> Elsewhere:
    return Elsewhere(preview, rules)


def lead(preview: Preview, issue: Issue) -> str:
    found = preview.peek(issue, {}).case.lead()
    return found.unit if found else ""


def single_changes(issue: Issue, rules: ActiveRules, workspace: Workspace) -> Iterator[Issue]:
    for category in rules.rule_set.categories:
        yield replace(issue, category=category)
    for territory in workspace.org.tree.territories:
        yield replace(issue, territory=territory)
    for severity in (1, 2, 3, 4):
        yield replace(issue, severity=severity)


def test_nothing_nearer_is_passed_over(
    workspace: Workspace, rules: ActiveRules, preview: Preview, elsewhere: Elsewhere
) -> None:
    reached = {
        lead(preview, changed)
        for changed in single_changes(LEAK, rules, workspace)
        if not preview.peek(changed, {}).case.sealed
    } - {"", lead(preview, LEAK)}
    assert len(reached) > 10
    for unit in sorted(reached)[::4]:
        found = elsewhere.nearest(LEAK, unit, 1)
        assert (found.outcome, len(found.differences)) == ("changed", 1), unit


def test_the_change_really_sends_it_there(preview: Preview, elsewhere: Elsewhere) -> None:
    found = elsewhere.nearest(LEAK, "agriculture", 2)
    assert found.rule == "homestead"
    assert found.differences == (Difference("category", "D15", "D03"),)
    assert lead(preview, replace(LEAK, category="D03")) == "agriculture"


def test_words_are_put_in_and_taken_out(preview: Preview, elsewhere: Elsewhere) -> None:
    gas = replace(LEAK, text="夜里闻到燃气泄漏", category="")
    found = elsewhere.nearest(gas, "justice_001", 1)
    (words,) = found.differences
    assert (words.field, words.before) == ("text", "燃气泄漏")
    reworded = replace(gas, text=gas.text.replace(words.before, "") + f"，{words.after}")
    assert lead(preview, reworded) == lead(preview, replace(LEAK, category="D01"))


def test_what_cannot_be_is_said(elsewhere: Elsewhere) -> None:
    assert elsewhere.nearest(LEAK, "housing", 2).outcome == "already"
    assert elsewhere.nearest(LEAK, "insurance_association", 2).outcome in ("never", "none")
    two = elsewhere.nearest(LEAK, "property_xingfu", 2)
    assert {each.field for each in two.differences} == {"territory", "text"}
    assert elsewhere.nearest(LEAK, "property_xingfu", 1) == Otherwise(
        "none", "property_xingfu", 1, tries=elsewhere.nearest(LEAK, "property_xingfu", 1).tries
    )


def test_nobody_is_helped_to_send_it_to_whom_it_accuses(elsewhere: Elsewhere) -> None:
    accusing = replace(LEAK, accused=("police",))
    for unit in ("police", "police_001"):
        assert elsewhere.nearest(accusing, unit, 2).outcome == "accused"


def test_a_seal_is_neither_lifted_nor_put_on(preview: Preview, elsewhere: Elsewhere) -> None:
    accusing = replace(LEAK, category="X02")
    assert preview.peek(accusing, {}).case.sealed
    assert elsewhere.nearest(accusing, "agriculture", 1).outcome == "none"


def test_history_of_a_changed_issue_is_never_asked_anew(rules: ActiveRules) -> None:
    known = dict.fromkeys(("repeats(reporter,category;90d)",), 3)
    answers = answers_kept(LEAK, known, rules)
    changed = answers(replace(LEAK, category="D03"))
    assert set(changed) <= set(known)
    assert not any("category" in key for key in changed)
