"""The mediators' ledger on both databases: whatever is done to it, it balances."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from sqlalchemy import Connection, delete, update

from referral_engine.store import Store, allowances, audit
from referral_engine.store.allowances import COST, FUND, TREASURY, owed
from referral_engine.store.engine import open_writer
from referral_engine.store.errors import Conflict
from referral_engine.store.mediator_tables import ledger_line
from tests.unit.store.story import START

MEDIATORS = ("m1", "m2", "m3")
CASES = tuple(f"A{number}" for number in range(40))
PEOPLE = ("p1", "p2")
STEPS = ("grant", "propose", "sign", "refuse", "pay", "reverse")


class Book:
    """What the ledger should come to, kept by plain sums; and the operations done to it at random.

    An operation that the ledger refuses must leave both as they were.
    """

    def __init__(self, connection: Connection, seed: int) -> None:
        self.connection = connection
        self.chance = random.Random(seed)
        self.sums: Counter[str] = Counter()
        self.states: dict[int, str] = {}
        self.live: dict[tuple[str, str], int] = {}
        self.amounts: dict[int, tuple[str, int]] = {}
        self.done: Counter[str] = Counter()
        self.posted: dict[int, tuple[str, int]] = {}
        self.undone: set[int] = set()

    def step(self) -> None:
        kind = self.chance.choice(STEPS)
        self.done[kind] += bool(getattr(self, f"_{kind}")())

    def _grant(self) -> bool:
        if self.chance.random() < 0.8:  # else the fund would never run dry
            return False
        amount = self.chance.randint(1, 100_000)
        number = allowances.grant(self.connection, amount, "p0", "", START)
        self.posted[number] = ("grant", amount)
        self._move({FUND: amount, TREASURY: -amount})
        return True

    def _propose(self) -> bool:
        pair = (self.chance.choice(CASES), self.chance.choice(MEDIATORS))
        if pair in self.live:
            assert allowances.live(self.connection, *pair) is not None
            return False
        amount = self.chance.randint(1, 30_000)
        id = allowances.propose(self.connection, *pair, amount, "engine", START)
        self.live[pair], self.states[id] = id, "proposed"
        self.amounts[id] = (pair[1], amount)
        return True

    def _sign(self) -> bool:
        id = self._any()
        done = allowances.sign(self.connection, id, self.chance.choice(PEOPLE), START)
        assert done == (self.states.get(id) == "proposed")
        if done:
            mediator, amount = self.amounts[id]
            self._to(id, "signed", {COST: amount, owed(mediator): -amount})
        return done

    def _refuse(self) -> bool:
        id = self._any()
        done = allowances.refuse(self.connection, id, self.chance.choice(PEOPLE), START)
        assert done == (self.states.get(id) == "proposed")
        if done:
            self._to(id, "refused", {})
        return done

    def _pay(self) -> bool:
        id = self._any()
        done = allowances.pay(self.connection, id, self.chance.choice(PEOPLE), "b-1", START)
        mediator, amount = self.amounts.get(id, ("", 0))
        assert done == (self.states.get(id) == "signed" and self.sums[FUND] >= amount)
        if done:
            self._to(id, "paid", {owed(mediator): amount, FUND: -amount})
        return done

    def _reverse(self) -> bool:
        entries = allowances.entries(self.connection, 30)
        if not entries or self.chance.random() < 0.5:
            return False
        chosen = self.chance.choice(entries)
        state = {"sign": "signed", "pay": "paid"}.get(chosen.kind, "")
        fits = chosen.kind != "reverse" and chosen.id not in self.undone
        if chosen.kind == "grant":
            fits = fits and self.sums[FUND] >= chosen.lines[FUND]
        else:
            fits = fits and self.states.get(chosen.allowance) == state
        # A payment made anew is another entry: the one taken back cannot be taken back again.
        done = allowances.reverse(self.connection, chosen.id, "p9", "wrong", START)
        assert done == fits
        if done:
            self.undone.add(chosen.id)
            self._move({account: -amount for account, amount in chosen.lines.items()})
            if chosen.kind != "grant":
                self._to(chosen.allowance, {"sign": "refused", "pay": "signed"}[chosen.kind], {})
        return done

    def _any(self) -> int:
        return self.chance.randint(1, len(self.states) + 2)

    def _to(self, id: int, state: str, lines: dict[str, int]) -> None:
        self.states[id] = state
        if state == "refused":
            self.live = {pair: known for pair, known in self.live.items() if known != id}
        self._move(lines)

    def _move(self, lines: dict[str, int]) -> None:
        self.sums.update(lines)

    def holds(self) -> None:
        found = allowances.balances(self.connection)
        assert sum(found.values()) == 0
        assert {a: n for a, n in found.items() if n} == {a: n for a, n in self.sums.items() if n}
        assert allowances.unbalanced(self.connection) == []
        assert found.get(FUND, 0) >= 0
        for mediator in MEDIATORS:
            waiting = sum(
                amount for id, (whose, amount) in self.amounts.items()
                if whose == mediator and self.states[id] == "signed"
            )  # fmt: skip
            assert -found.get(owed(mediator), 0) == waiting


def played(store: Store, steps: int, seed: int) -> Counter[str]:
    """So many operations in one transaction, held against the sums all along."""

    def play(connection: Connection) -> Counter[str]:
        book = Book(connection, seed)
        for number in range(steps):
            book.step()
            if number % 100 == 0:
                book.holds()
        book.holds()
        return book.done

    return store.transact(lambda tx: play(tx.writing))


def test_the_ledger_balances_whatever_is_done_to_it(any_store: Store) -> None:
    done = played(any_store, 400, seed=20260928)
    assert set(done) == set(STEPS)
    assert min(done.values()) > 3, "each kind of operation took place"


@pytest.mark.long
def test_the_ledger_balances_after_ten_thousand_operations(any_store: Store) -> None:
    done = played(any_store, 10_000, seed=9)
    assert min(done.values()) > 3


@pytest.fixture
def paid(store: Store) -> Store:
    """A store in which one allowance was signed and paid."""

    def write(connection: Connection) -> None:
        allowances.grant(connection, 50_000, "f1", "2026", START)
        id = allowances.propose(connection, "A1", "m1", 20_000, "engine", START)
        assert allowances.sign(connection, id, "l1", START)
        assert allowances.pay(connection, id, "l1", "b-7", START)

    store.transact(lambda tx: write(tx.writing))
    return store


def test_whoever_proposes_does_not_sign(store: Store) -> None:
    """The table itself refuses it, whatever asks."""

    def write(connection: Connection) -> None:
        id = allowances.propose(connection, "A1", "m1", 100, "l1", START)
        allowances.sign(connection, id, "l1", START)

    with pytest.raises(Conflict):
        store.transact(lambda tx: write(tx.writing))
    assert store.read(lambda r: allowances.listed(r.connection, 9)) == []


def test_a_second_live_allowance_for_one_case_is_refused_by_the_table(paid: Store) -> None:
    with pytest.raises(Conflict):
        paid.transact(lambda tx: allowances.propose(tx.writing, "A1", "m1", 1, "x", START))


def test_lines_that_do_not_add_up_are_never_written(store: Store) -> None:
    with pytest.raises(allowances.Unbalanced):
        store.transact(lambda tx: allowances.grant(tx.writing, 0, "f1", "", START))
    assert store.read(lambda r: allowances.entries(r.connection, 9)) == []


def test_the_audit_names_a_ledger_that_was_written_to_by_hand(paid: Store, url: str) -> None:
    assert audit.verify(paid.engine) == []
    by_hand = open_writer(url)
    changed = update(ledger_line).where(ledger_line.c.account == COST).values(amount=19_999)
    with by_hand.begin() as connection:
        connection.execute(changed)
    (found,) = audit.verify(paid.engine)
    assert (found.code, "entry 2" in found.what) == ("LEDGER_UNBALANCED", True)
    with by_hand.begin() as connection:
        connection.execute(delete(ledger_line).where(ledger_line.c.entry_id == 2))
    codes = [found.code for found in audit.verify(paid.engine)]
    assert codes == ["LEDGER_UNBALANCED", "LEDGER_GAP"]
    by_hand.dispose()
