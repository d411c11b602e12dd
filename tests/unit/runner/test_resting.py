"""How long the work of a process rests while its database fails."""

from __future__ import annotations

import logging

import pytest

from referral_engine.errors import Unavailable
from referral_engine.runner import resting
from referral_engine.runner.resting import Rest

FULL = Unavailable("STORE_FULL", "the disk of the database is full", "Make room.")


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_000.0]
    monkeypatch.setattr(resting, "monotonic", lambda: now[0])
    return now


def test_it_is_asked_ever_more_rarely(seconds: list[float]) -> None:
    rest, waits = Rest(), []
    assert not rest
    for _try in range(7):
        rest.begin(FULL)
        waits.append(rest.wait)
        seconds[0] += rest.wait
        assert rest.wait == 0
        assert rest, "it rests until somebody says that it works"
    assert waits == [1, 2, 4, 8, 15, 15, 15]


def test_it_is_told_once_and_when_it_is_over(
    seconds: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    rest = Rest()
    rest.end()
    rest.begin(FULL)
    seconds[0] += 1
    rest.begin(FULL)
    rest.end()
    rest.end()
    assert [record.getMessage() for record in caplog.records] == [
        "the work rests: STORE_FULL: the disk of the database is full Make room.",
        "the database works again",
    ]


def test_what_fails_again_at_once_is_not_asked_as_if_it_were_new(seconds: list[float]) -> None:
    rest = Rest()
    rest.begin(FULL)
    rest.end()
    seconds[0] += 59
    rest.begin(FULL)
    assert rest.wait == 2
    rest.end()
    seconds[0] += 60
    rest.begin(FULL)
    assert rest.wait == 1
