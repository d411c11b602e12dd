"""Signals only post; the crew survives what a round throws."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from referral_engine.runner.crew import Crew
from referral_engine.runner.orders import Order, Orders, signals


@pytest.mark.parametrize(
    ("number", "order"),
    [
        (signal.SIGTERM, "stop"),
        (signal.SIGINT, "stop"),
        (signal.SIGHUP, "reload"),
        (signal.SIGUSR1, "accept_time"),
    ],
)
def test_a_signal_posts_its_order_and_is_given_back(number: signal.Signals, order: Order) -> None:
    before, orders = signal.getsignal(number), Orders()
    with signals(orders):
        os.kill(os.getpid(), number)
        assert list(orders.taken(wait=10)) == [order]
    assert signal.getsignal(number) is before


def test_orders_are_taken_in_their_order_and_once() -> None:
    orders = Orders()
    assert list(orders.taken()) == []
    for order in ("reload", "accept_time", "stop"):
        orders.post(order)  # type: ignore[arg-type]
    assert list(orders.taken()) == ["reload", "accept_time", "stop"]
    assert list(orders.taken()) == []


def test_whoever_waits_is_woken_by_an_order() -> None:
    orders, woken = Orders(), []
    thread = threading.Thread(target=lambda: woken.extend(orders.taken(wait=60)))
    thread.start()
    orders.post("stop")
    thread.join(30)
    assert woken == ["stop"]


def test_only_the_main_thread_takes_signals() -> None:
    before, seen = signal.getsignal(signal.SIGTERM), []

    def elsewhere() -> None:
        with signals(Orders()):
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join(30)
    assert seen == [before]


def test_a_thread_of_the_crew_goes_on_after_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    again, turns = threading.Event(), []

    def call() -> bool:
        turns.append(threading.current_thread().name)
        if len(turns) == 1:
            raise RuntimeError("张三丰")
        again.set()
        return False

    crew = Crew(call, 1)
    assert again.wait(30)
    assert crew.dismiss()
    assert not crew.dismiss(), "nobody is left"
    assert set(turns) == {"calls-0"}
    assert "a round of calls failed: RuntimeError" in caplog.text
    assert "张三丰" not in caplog.text
