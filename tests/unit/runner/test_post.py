"""Deliveries with a deadline: an outlet that hangs holds up nobody but its own notice."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from referral_engine.model.outcome import Notice
from referral_engine.runner.post import Hung, Post

SHORT = 0.05


class Outlet:
    """Hangs for whoever is named so, until it is let go."""

    def __init__(self) -> None:
        self.delivered: list[str] = []
        self.released = threading.Event()
        self.back = threading.Semaphore(0)

    def deliver(self, notice: Notice) -> None:
        if notice.to == "refuses":
            raise ConnectionRefusedError
        if notice.to == "hangs":
            self.released.wait(30)
        self.delivered.append(notice.to)
        self.back.release()


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    it = Outlet()
    yield it
    it.released.set()


def to(whom: str) -> Notice:
    return Notice(f"key/{whom}", "C1", whom, "reminder")


def test_what_the_outlet_raises_is_raised(outlet: Outlet) -> None:
    post = Post(outlet)
    with pytest.raises(ConnectionRefusedError):
        post.deliver(to("refuses"))
    post.deliver(to("housing"))
    assert outlet.delivered == ["housing"]


def test_one_that_hangs_is_left_behind_and_the_next_is_delivered(outlet: Outlet) -> None:
    post = Post(outlet, deadline=SHORT)
    with pytest.raises(Hung):
        post.deliver(to("hangs"))
    assert post.left == 1
    Post(outlet).deliver(to("housing"))
    assert outlet.delivered == ["housing"]


def test_when_too_many_hang_nothing_is_handed_over_until_one_comes_back(outlet: Outlet) -> None:
    post = Post(outlet, deadline=SHORT, most=2)
    for _delivery in range(3):
        with pytest.raises(Hung):
            post.deliver(to("hangs"))
    with pytest.raises(Hung):
        post.deliver(to("housing"))
    assert (post.left, outlet.delivered) == (2, [])
    outlet.released.set()
    assert outlet.back.acquire(timeout=30)
    assert outlet.back.acquire(timeout=30)
    for _look in range(1_000):
        if post.left == 0:
            break
        threading.Event().wait(0.01)
    Post(outlet).deliver(to("housing"))
    assert sorted(outlet.delivered) == ["hangs", "hangs", "housing"]
    assert post.left == 0
