"""Whatever somebody does to the rows, the audit names the first event that does not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, delete, text, update

from referral_engine.store import Store, audit
from referral_engine.store.audit import Finding
from referral_engine.store.chain import canonical, chained
from referral_engine.store.tables import (
    case_event,
    case_file,
    case_link,
    checkpoint,
    metadata,
    referral,
    wakeup,
)
from tests.unit.store.story import HOUR, START, commit, opened

E = case_event.c


def tamper(store: Store, change: Callable[[Connection], Any]) -> None:
    store.transact(lambda tx: change(tx.connection))


def found(store: Store, anchor: Path | None = None) -> list[tuple[str, str, int]]:
    return [(f.code, f.case, f.seq) for f in audit.verify(store.engine, anchor)]


@pytest.fixture
def three(any_store: Store) -> Store:
    """Three cases of 5, 7 and 5 events; A-2 was claimed after a checkpoint would have been made."""
    for code in ("A-1", "A-2", "A-3"):
        opened(any_store, code)
    return any_store


def of(code: str, seq: int) -> Any:
    return (E.case_code == code) & (E.seq == seq)


def test_an_honest_store_has_no_findings(three: Store, tmp_path: Path) -> None:
    three.checkpoint(START, tmp_path / "anchor")
    story = opened(three, "B-1").later().claim().tell_link("A-1")
    commit(three, story.take())
    three.checkpoint(START + HOUR, tmp_path / "anchor")
    assert found(three, tmp_path / "anchor") == []


def test_an_altered_event_is_named(three: Store) -> None:
    tamper(three, lambda c: c.execute(
        update(case_event).where(of("A-2", 3)).values(body=b'{"case":"A-2"}')))  # fmt: skip
    assert found(three) == [("EVENT_ALTERED", "A-2", 3)]


def test_an_altered_event_with_a_new_hash_is_named_by_the_next(three: Store) -> None:
    def forge(connection: Connection) -> None:
        row = connection.execute(case_event.select().where(of("A-2", 2))).one()
        body = row.body.replace(b"officer-1", b"officer-9")
        forged = {"body": body, "event_hash": chained(row.prev_hash, body)}
        connection.execute(update(case_event).where(of("A-2", 2)).values(**forged))

    tamper(three, forge)
    assert found(three) == [("CHAIN_BROKEN", "A-2", 3)]


@pytest.mark.parametrize(
    ("column", "value"), [("owner", "police"), ("kind", "closed"), ("recorded_at", 1)]
)
def test_columns_that_say_something_else_than_the_event_are_named(
    three: Store, column: str, value: object
) -> None:
    tamper(
        three, lambda c: c.execute(update(case_event).where(of("A-2", 2)).values({column: value}))
    )
    assert found(three) == [("EVENT_ALTERED", "A-2", 2)]


def test_a_deleted_event_is_named(three: Store) -> None:
    tamper(three, lambda c: c.execute(delete(case_event).where(of("A-2", 2))))
    assert found(three) == [("EVENT_MISSING", "A-2", 2)]


def test_a_cut_off_end_is_named(three: Store) -> None:
    tamper(three, lambda c: c.execute(delete(case_event).where(E.case_code == "A-2", E.seq >= 3)))
    assert found(three) == [("EVENTS_CUT", "A-2", 3)]


def test_the_last_row_of_the_whole_table_is_missed(three: Store) -> None:
    last = text("DELETE FROM case_event WHERE event_id = (SELECT max(event_id) FROM case_event)")
    tamper(three, lambda c: c.execute(last))
    assert found(three) == [("EVENTS_CUT", "A-3", 4)]


def test_the_number_of_a_removed_event_is_not_given_again(any_store: Store) -> None:
    """Else what came after a cut end would lie before the last checkpoint, and never be in one."""
    opened(any_store, "A-1")
    opened(any_store, "A-2")
    any_store.checkpoint(START)
    tamper(any_store, lambda c: remove(c, "A-2"))
    opened(any_store, "A-3")
    made = any_store.checkpoint(START + HOUR)
    assert made is not None
    assert [head.code for head in made.heads] == ["A-3"]


def test_events_gone_and_file_gone_are_named(three: Store) -> None:
    tamper(three, lambda c: c.execute(delete(case_event).where(E.case_code == "A-2")))
    tamper(three, lambda c: c.execute(delete(case_file).where(case_file.c.case_code == "A-1")))
    assert found(three) == [("NO_FILE", "A-1", 1), ("EVENTS_GONE", "A-2", 1)]


def remove(connection: Connection, code: str, keep: int = 0) -> None:
    """The thorough way: events beyond `keep`, and every trace outside the checkpoints."""
    connection.execute(delete(case_event).where(E.case_code == code, E.seq > keep))
    for table in metadata.sorted_tables:
        if table.name not in ("case_event", "checkpoint") and "case_code" in table.c:
            connection.execute(delete(table).where(table.c.case_code == code))


def test_a_vanished_case_is_known_by_its_other_rows(three: Store) -> None:
    tamper(three, lambda c: c.execute(delete(case_event).where(E.case_code == "A-2")))
    tamper(three, lambda c: c.execute(delete(case_file).where(case_file.c.case_code == "A-2")))
    assert found(three) == [("CASE_GONE", "A-2", 1)]


def test_a_case_removed_with_every_trace_is_known_to_the_checkpoint(three: Store) -> None:
    three.checkpoint(START)
    tamper(three, lambda c: remove(c, "A-2"))
    assert found(three) == [("CASE_GONE", "A-2", 1), ("CHECKPOINT", "", 0)]


def rewind(store: Store, code: str, keep: int) -> None:
    """Cuts the end of a case and puts back the projections of what is left."""

    def back(connection: Connection) -> None:
        connection.execute(delete(case_event).where(E.case_code == code, E.seq > keep))

    tamper(store, back)
    store.rebuild()


def test_a_cut_end_with_projections_made_to_fit_is_known_to_the_checkpoint(three: Store) -> None:
    three.checkpoint(START)
    rewind(three, "A-2", 2)
    assert found(three) == [("EVENTS_CUT", "A-2", 3)]


def test_with_the_checkpoints_gone_too_the_anchor_knows(three: Store, tmp_path: Path) -> None:
    anchor = tmp_path / "anchor"
    three.checkpoint(START, anchor)
    rewind(three, "A-2", 2)
    tamper(three, lambda c: remove(c, "A-3"))
    tamper(three, lambda c: c.execute(delete(checkpoint)))
    assert found(three) == []
    assert found(three, anchor) == [
        ("CHECKPOINT", "", 0), ("EVENTS_CUT", "A-2", 3), ("CASE_GONE", "A-3", 1),
    ]  # fmt: skip


def test_a_forged_history_is_known_to_the_checkpoint(three: Store) -> None:
    """Every hash of the case made anew: the chain fits, the checkpoint does not."""
    three.checkpoint(START)

    def forge(connection: Connection) -> None:
        head = bytes(32)
        query = case_event.select().where(E.case_code == "A-2").order_by(E.seq)
        for row in connection.execute(query).all():
            body = row.body.replace(b"officer-1", b"officer-9")
            forged = {"body": body, "prev_hash": head, "event_hash": chained(head, body)}
            connection.execute(
                update(case_event).where(E.event_id == row.event_id).values(**forged)
            )
            head = chained(head, body)

    tamper(three, forge)
    three.rebuild()
    assert found(three) == [("EVENT_ALTERED", "A-2", 4)]


def test_a_missing_or_altered_checkpoint_is_named(three: Store) -> None:
    for number in range(3):
        opened(three, f"B-{number}")
        three.checkpoint(START + number * HOUR)
    c = checkpoint.c
    tamper(
        three,
        lambda conn: conn.execute(
            update(checkpoint).where(c.checkpoint_no == 3).values(case_count=9)
        ),
    )
    tamper(three, lambda conn: conn.execute(delete(checkpoint).where(c.checkpoint_no == 1)))
    texts = [str(f) for f in audit.verify(three.engine)]
    assert texts[0] == "CHECKPOINT checkpoint 1 is missing"
    tamper(three, lambda conn: conn.execute(delete(checkpoint).where(c.checkpoint_no == 2)))
    assert any("checkpoint" in str(f) for f in audit.verify(three.engine))


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (case_file, {"owner": "police"}),
        (case_file, {"next_at": None}),
        (case_file, {"snapshot": b"\x80"}),
        (case_file, {"head_hash": bytes(32)}),
        (referral, {"state": "claimed"}),
        (referral, {"due_at": 5}),
        (wakeup, {"due_at": None}),
    ],
)  # fmt: skip
def test_a_projection_that_says_something_else_is_named_and_rebuilt(
    store: Store, table: Table, values: dict[str, object]
) -> None:
    opened(store, "A-1")
    tamper(store, lambda c: c.execute(update(table).values(**values)))
    assert found(store) == [("PROJECTION", "A-1", 4)]
    assert store.rebuild() == 1
    assert found(store) == []


def test_projections_lost_altogether_are_rebuilt(any_store: Store) -> None:
    story = opened(any_store, "A-1").tell_link("A-2").later().claim()
    commit(any_store, story.take())
    for table in (case_file, referral, case_link, wakeup):
        tamper(any_store, lambda c, t=table: c.execute(delete(t)))
    assert any_store.rebuild() == 1
    assert found(any_store) == []
    loaded = any_store.read(lambda r: r.load("A-1"))
    assert loaded is not None
    assert loaded.case == story.case


def test_a_case_whose_events_do_not_fit_is_not_rebuilt(store: Store) -> None:
    opened(store, "A-1")
    opened(store, "A-2")
    tamper(store, lambda c: c.execute(delete(case_event).where(of("A-1", 2))))
    assert store.rebuild() == 1
    assert found(store) == [("EVENT_MISSING", "A-1", 2)]


def test_a_torn_last_line_of_the_anchor_is_written_over(store: Store, tmp_path: Path) -> None:
    anchor = tmp_path / "anchor"
    opened(store, "A-1")
    store.checkpoint(START, anchor)
    with anchor.open("ab") as file:
        file.write(b'{"number":2,"at"')
    assert found(store, anchor) == []
    opened(store, "A-2")
    store.checkpoint(START + HOUR, anchor)
    assert len(anchor.read_bytes().splitlines()) == 2
    assert found(store, anchor) == []


def test_the_anchor_makes_its_folder(store: Store, tmp_path: Path) -> None:
    """On PostgreSQL nothing else makes it."""
    opened(store, "A-1")
    store.checkpoint(START, tmp_path / "var" / "anchor")
    assert found(store, tmp_path / "var" / "anchor") == []


def test_nothing_changed_makes_no_checkpoint(any_store: Store) -> None:
    assert any_store.checkpoint(START) is None
    opened(any_store, "A-1")
    made = any_store.checkpoint(START)
    assert made is not None
    assert (made.number, made.cases, [h[:2] for h in made.heads]) == (1, 1, [("A-1", 4)])
    assert any_store.checkpoint(START + HOUR) is None
    assert any_store.read(lambda r: r.last_checkpoint()) == made


def test_the_written_form_is_what_was_hashed(store: Store) -> None:
    """Stored bytes are final: whatever the encoder becomes, the hash is over what is stored."""
    story = opened(store, "A-1")
    stored = store.read(lambda r: r.connection.execute(case_event.select().order_by(E.seq)).all())
    assert [row.body for row in stored] == [canonical(event) for event in story.events]
    assert Finding("X", "A-1", 2, "is wrong").__str__() == "X A-1 event 2: is wrong"
