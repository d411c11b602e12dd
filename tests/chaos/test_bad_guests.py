"""Plugins that do everything wrong, in real processes under a running daemon, on both stores: each
costs its own referrals a retry and nothing else, and what is given up can be taken out again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from referral_engine.model import event as e
from referral_engine.store import Store
from referral_engine.store.outbox import DeadLetter
from tests.chaos.load.county import make
from tests.district import referral

pytestmark = pytest.mark.chaos

BAD = {
    "raises": ("raise RuntimeError(referral.title)", "raised: RuntimeError"),
    "hangs": ("time.sleep(3600)", "hung: no answer within 1.0 s"),
    "leaves": ("sys.exit('enough')", "exited: exit code 1"),
    "dies": ("os._exit(7)", "exited: exit code 7"),
    "eats": ("hoard = [bytearray(1 << 26) for _ in range(1_000)]", "MemoryError"),
    "babbles": ("return 'sure, will do'", "garbage"),
    "lies": ("os.write(CHANNEL, b'x' * 4096)", "garbage"),
    "is_late": ("time.sleep(3); return Claim()", "hung: no answer within 1.0 s"),
}
"""What each does when it is asked, and what is kept of it."""
PLUGIN = """\
import os, sys, time
from pathlib import Path
from referral_engine import Claim, Department, Handler, hookimpl

{id} = Department("{id}", "{id}", "1.0")
CHANNEL = int(sys.argv[1]) if len(sys.argv) > 1 else 1
MENDED = Path(__file__).with_name("mended")


@{id}.handles()
class Everything(Handler):
    def offered(self, referral):
        if MENDED.exists():
            return Claim()
        {does}


@hookimpl
def referral_departments():
    return [{id}]
"""
GOOD = 12
"""Issues for a department that does as it should, beside one for each that does not."""


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """The county in a hurry, its civil affairs and all the bad ones beside it."""
    folder = make(tmp_path / "county")
    org, routing = folder / "org.yaml", folder / "rules/routing.yaml"
    units = "".join(
        f"  - {{id: {id}, name: {id}, kind: department, territory: '620922'}}\n" for id in BAD
    )
    org.write_text(org.read_text("utf-8").replace("people:\n", units + "people:\n"), "utf-8")
    rules = "".join(
        f"  - {{id: to-{id}, name: {id}, when: {{text: {{contains: to-{id}-}}}},"
        f" refer: {{lead: {id}}}}}\n"
        for id in BAD
    )
    told = routing.read_text("utf-8").replace("rules:\n", f"rules:\n{rules}")
    routing.write_text(told, "utf-8")
    config = folder / "config.yaml"
    short = config.read_text("utf-8").replace("deadline: 5}", "deadline: 1, memory: 512}")
    config.write_text(short, "utf-8")
    for id, (does, _told) in BAD.items():
        (folder / "plugins" / id).mkdir()
        code = PLUGIN.format(id=id, does=does)
        (folder / "plugins" / id / "__init__.py").write_text(code, "utf-8")
    return folder


@pytest.fixture(params=["embedded", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, county: Path) -> Iterator[str]:
    if request.param == "embedded":
        yield f"sqlite:///{county}/var/referral.db"
    else:
        yield request.getfixturevalue("postgres_url")


def test_bad_guests_cost_nobody_else_anything(county: Path, database: str) -> None:
    with (county / "issues.jsonl").open("w", encoding="utf-8") as file:
        for n, about in enumerate([*(f"to-{id}-" for id in BAD), *["水管"] * GOOD]):
            told = {"id": str(n), "title": about, "category": "D15", "channel": "web"}
            told |= {"territory": "620922100", "received_at": "2026-11-02T09:00:00+08:00"}
            file.write(json.dumps(told) + "\n")
    at = ("--database", database)
    referral(county, *at, "intake", "issues.jsonl", "--backfill", ends=0)
    # A real daemon on the wall clock: all are asked once, the good one to the end.
    referral(county, *at, "run", "--until-idle", "--workers", 3, ends=0)
    assert claimed(database, "housing") == GOOD
    # The further tries are minutes and hours apart; in virtual time they come at once.
    referral(county, *at, "run", "--until-idle", "--clock", "virtual", ends=0)
    letters = {letter.lane: letter for letter in dead(database)}
    assert letters.keys() == BAD.keys()
    for id, (_does, kept) in BAD.items():
        assert letters[id].claims == 8
        assert kept in letters[id].error, letters[id]
    assert "plugins/raises/__init__.py" in letters["raises"].trace
    assert "to-raises-" not in letters["raises"].error, "what a citizen wrote is not kept"

    (county / "plugins" / "raises" / "mended").touch()
    mended = f"plugin_call:{letters['raises'].item_id}"
    shown = referral(county, *at, "deadletter", "list", ends=0)
    assert "raises" in shown.out
    referral(county, *at, "deadletter", "requeue", mended, ends=0)
    referral(county, *at, "run", "--until-idle", "--clock", "virtual", ends=0)
    assert claimed(database, "raises") == 1
    assert {letter.lane for letter in dead(database)} == BAD.keys() - {"raises"}
    proof = referral(county, *at, "audit", "verify", "--json", ends=0).json
    assert (proof["ok"], proof["cases"]) == (True, GOOD + len(BAD))


def dead(database: str) -> list[DeadLetter]:
    with Store.open(database, readonly=True) as store:
        return store.read(lambda reader: reader.dead_letters())


def claimed(database: str, unit: str) -> int:
    """How many referrals a department's plugin has claimed."""
    with Store.open(database, readonly=True) as store, store.reading() as reader:
        told = (stored.event for stored in reader.all_events())
        by = f"plugin:{unit}@1.0"
        return sum(isinstance(x.body, e.Claimed) and x.by.id == by for x in told)
