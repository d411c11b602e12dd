"""Whatever happens to cases, however grouped into commits, the rows are the fold of the events."""

from __future__ import annotations

import tempfile
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from referral_engine.flow.apply import replay
from referral_engine.model import event as e
from referral_engine.store import Store, Tx, audit
from tests.unit.store.story import Story

CODES = ("A-1", "A-2", "A-3")
HAPPENINGS = {
    "claim": lambda s: s.claim(1 + len(s.events) % 2),
    "offer": lambda s: s.offer(1 + len(s.case.referrals), due=timedelta(minutes=len(s.events))),
    "decline": lambda s: s.tell(e.Declined(f"{s.code}-1", "housing", "not ours", "police")),
    "cancel": lambda s: s.tell(e.Cancelled(f"{s.code}-2", "stood down")),
    "report": lambda s: s.tell(e.Reported(f"{s.code}-1", "solved", "note")),
    "link": lambda s: s.tell_link(CODES[len(s.events) % 3]),
    "merge": lambda s: s.tell(e.Merged("A-9")),
    "unmerge": lambda s: s.tell(e.Unmerged("A-9", "accepted")),
    "absorb": lambda s: s.tell(e.Absorbed("A-8", "digest-8")),
    "release": lambda s: s.tell(e.Released("A-8", "digest-8")),
    "seal": lambda s: s.tell(e.Sealed("accusation"), owner="discipline"),
    "problem": lambda s: s.tell(e.ProblemNamed("S1", "county", 3)),
    "incident": lambda s: s.tell(e.IncidentJoined("I1")),
    "fire": lambda s: s.tell(e.MarkFired(f"{s.code}-1/claim", "claim", 1.0)),
    "stop": lambda s: s.tell(e.ClockCancelled(f"{s.code}-1/claim")),
    "close": lambda s: s.close(),
    "reopen": lambda s: s.tell(e.Reopened(2)),
    "migrate": lambda s: s.tell(e.RulesMigrated("rules-2", "rules-1")),
    "later": lambda s: s.later(),
}
steps = st.lists(
    st.tuples(st.sampled_from(CODES), st.sampled_from(sorted(HAPPENINGS)), st.booleans()),
    min_size=1,
    max_size=30,
)


def tell(story: Story, happening: str) -> Story:
    if story.case is None:
        story.register()
    HAPPENINGS[happening](story)
    return story


@settings(max_examples=60)
@given(told=st.lists(steps, min_size=1, max_size=4))
def test_projections_are_the_replay_of_the_events(told: list[list[tuple[str, str, bool]]]) -> None:
    """Each list is one commit; a flag ends a command, so that one commit changes a case often."""
    stories = {code: Story(code) for code in CODES}

    def commit(part: list[tuple[str, str, bool]]) -> list[object]:
        taken = []
        for code, happening, ends in part:
            story = tell(stories[code], happening)
            if ends and story.committed < len(story.events):
                taken.append(story.take(content={f"r{len(story.events)}": "text"}))
        return taken

    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/a.db") as store:
        for part in told:
            taken = commit(part)

            def write(tx: Tx, taken: list[object] = taken) -> None:
                for resolution, before in taken:  # type: ignore[misc]
                    tx.commit_resolution(resolution, expected_version=before)

            store.transact(write)
        assert audit.verify(store.engine) == []
        with store.reading() as reader:
            for code, story in stories.items():
                kept = reader.events(code)
                assert kept == story.events[: story.committed]
                loaded = reader.load(code)
                assert (loaded.case if loaded else None) == replay(kept)
                assert len(reader.content(code)) <= len(kept)
