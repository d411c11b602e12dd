"""Every schema ever released is led to this one, with all that lay in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from referral_engine.clock import VirtualClock
from referral_engine.errors import Refused
from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.plugins.departments import Departments
from referral_engine.plugins.in_thread import InThread
from referral_engine.store import Keyring, Store, schema
from referral_engine.store.audit import verify
from referral_engine.store.engine import open_writer
from referral_engine.trial.box import Box
from referral_engine.version import __version__
from tests.fixtures.schema.load import load
from tests.fixtures.schema.make import FOLDER, KEY, UNTIL
from tests.unit.desk.county import DAY, make

KINDS = ("sqlite", "postgresql")


@pytest.fixture(params=sorted(set(schema.RELEASED.values())))
def released(request: pytest.FixtureRequest, any_url: str) -> str:
    """A database as that release left it."""
    load(request.param, any_url)
    return any_url


@pytest.fixture
def upgraded(released: str) -> Iterator[Store]:
    writer = open_writer(released)
    assert schema.upgrade(writer) == schema.HEAD
    writer.dispose()
    with Store.open(released, Keyring([KEY])) as store:
        yield store


def test_every_release_has_its_fixtures() -> None:
    """Make them with the release: docs/store.md says how."""
    for version in schema.RELEASED.values():
        for kind in KINDS:
            assert (FOLDER / f"{version}.{kind}.sql").is_file()
    assert __version__ in schema.RELEASED or ".dev" in __version__


def test_a_fixture_leaves_no_table_empty(released: str) -> None:
    engine = open_writer(released)
    names = [name for name in inspect(engine).get_table_names() if "procrastinate" not in name]
    with engine.connect() as connection:
        rows = {n: connection.execute(text(f"SELECT count(*) FROM {n}")).scalar() for n in names}
    engine.dispose()
    assert {name for name, count in rows.items() if not count} == set()


def test_an_older_schema_is_not_touched_before(released: str) -> None:
    if schema.HEAD in set(schema.RELEASED.values()):
        pytest.skip("nothing has changed since the newest release")
    with pytest.raises(Refused, match="STORE_OUTDATED"):
        Store.open(released, Keyring([KEY]))


def test_the_history_is_whole_after_it(upgraded: Store) -> None:
    assert verify(upgraded.engine) == []
    with upgraded.reading() as reader:
        codes = [line.code for line in reader.cases(100)]
        told = [content for code in codes if (content := reader.content(code))]
        seen = {event.event.case for event in reader.all_events()}
    assert set(codes) == seen
    assert len(told) == len(codes) - 1, "one case was erased"


def test_the_daemon_goes_on_from_there(upgraded: Store, tmp_path: Path) -> None:
    """Every lease, retry and timer of the old store comes to its end; checkpoints go on."""
    workspace = make(tmp_path / "county")
    departments = Departments(InThread({}), {}, (), (), PluginSettings())
    with departments:
        box = Box(workspace, upgraded, VirtualClock(UNTIL), departments)
        with upgraded.reading() as reader:
            before, last = reader.count(), reader.last_checkpoint()
        upgraded.transact(lambda tx: tx.release_claims())
        box.advance_to(UNTIL + 120 * DAY)
        made = upgraded.checkpoint(box.now())
        with upgraded.reading() as reader:
            assert reader.count() == before + 1, "a split that was pending"
            assert all(at > box.now() for at in reader.upcoming().values())
            assert len(reader.dead_letters()) == 1
    assert made is not None
    assert last is not None
    assert (made.number, made.previous) == (last.number + 1, last.hash)
    assert verify(upgraded.engine) == []
