"""The same stories, cases and district on a real PostgreSQL: nothing may differ but the store."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from referral_engine.model.event import event_name
from referral_engine.rules.runtime import ActiveRules
from referral_engine.store import Store
from referral_engine.store.audit import verify
from referral_engine.store.tables import intake_key
from referral_engine.trial.scenario import Row, run_scenario
from referral_engine.workspace import Workspace
from tests.acceptance.test_real_district import ROOT, district

__all__ = ["district"]

pytestmark = pytest.mark.postgres
EVERY_RUN = {"1-leaking-roof", "4-jiaokou"}
"""The others go their way in CI."""
TOLD = [
    pytest.param(path, id=path.stem, marks=[] if path.stem in EVERY_RUN else pytest.mark.long)
    for folder in ("tests/scenarios", "samples/stories")
    for path in sorted((ROOT / folder).glob("[1-8]-*.yaml"))
]
ROWS = [100, pytest.param(700, marks=pytest.mark.long)]


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open(ROOT / "config.yaml")


@pytest.fixture(scope="module")
def rules(workspace: Workspace) -> ActiveRules:
    return workspace.activate(workspace.rules())


@pytest.mark.parametrize("path", TOLD)
def test_a_story_goes_as_it_does_on_a_file(
    path: Path, workspace: Workspace, rules: ActiveRules, postgres_url: str
) -> None:
    there = run_scenario(path, workspace, rules, postgres_url)
    assert there.passed, "\n".join(str(failure) for failure in there.failures)
    here = run_scenario(path, workspace, rules)
    assert _without_codes(there.rows, there.cases) == _without_codes(here.rows, here.cases)


def _without_codes(rows: tuple[Row, ...], cases: dict[str, str]) -> list[Row]:
    names = {code: name for name, code in cases.items()}
    return [msgspec.structs.replace(row, case=names.get(row.case, "")) for row in rows]


@pytest.mark.data
@pytest.mark.parametrize("rows", ROWS)
def test_the_district_has_the_same_history_on_both(
    district: Path, tmp_path: Path, postgres_url: str, rows: int
) -> None:
    """Taken in and replayed in virtual time: every event, owner and moment."""
    lines = (district / "EXPORT.csv").read_bytes().splitlines(keepends=True)
    (district / "first.csv").write_bytes(b"".join(lines[: rows + 1]))
    told = {
        url: _history(district, url, rows)
        for url in (f"sqlite:///{tmp_path}/replay.db", postgres_url)
    }
    one, other = told.values()
    assert len(one) == rows
    assert one == other


def _history(folder: Path, url: str, rows: int) -> dict[str, list[tuple[str, str, str]]]:
    made = _referral(folder, url, "intake", "first.csv", "--mapping", "mapping.yaml", "--json")
    assert (made["read"], made["accepted"]) == (rows, rows)
    _referral(folder, url, "run", "--until-idle", "--clock", "virtual")
    with Store.open(url, readonly=True) as store:
        assert list(verify(store.engine, None)) == []
        with store.reading() as reader:
            query = select(intake_key.c.case_code, intake_key.c.sender_key)
            senders = dict(map(tuple, reader.connection.execute(query)))
            history: dict[str, list[tuple[str, str, str]]] = {key: [] for key in senders.values()}
            for stored in reader.all_events():
                event = stored.event
                told = (event_name(event.body), event.owner, event.recorded_at.isoformat())
                history[senders[event.case]].append(told)
    return history


def _referral(folder: Path, url: str, *words: str) -> Any:
    script = Path(sys.executable).with_name("referral")
    done = subprocess.run(
        [script, "--database", url, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return msgspec.json.decode(done.stdout) if "--json" in words else None
