"""Threads of which one runs at a time: the one that has the baton. Everything else is chance's.

A task gives the baton back wherever the outside world could come in between: before a commit,
around a department's call, around a delivery. The scheduler says who goes on, so that the same
seed makes the same interleaving, and a task that is killed never runs another line.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

__all__ = ["Baton", "Killed", "Task"]

Ready = Callable[[], bool]


class Killed(BaseException):
    """The process this task belongs to is gone; raised where the task stood."""


def _always() -> bool:
    return True


class Task:
    """One thread of a simulated process."""

    def __init__(self, baton: Baton, name: str, owner: object, body: Callable[[], None]) -> None:
        self.name = name
        self.owner = owner
        self.over = False
        self.failed: BaseException | None = None
        self.place = "start"
        self._baton = baton
        self._ready: Ready = _always
        self._killed = False
        self._go = threading.Lock()
        self._go.acquire()
        self._thread = threading.Thread(target=self._run, args=(body,), daemon=True)
        self._thread.start()

    @property
    def ready(self) -> bool:
        """Whether it could go on now."""
        return not self.over and self._ready()

    def pause(self, place: str, ready: Ready = _always) -> None:
        """Gives the baton back until the scheduler hands it over again. Raises Killed."""
        self.place, self._ready = place, ready
        self._baton.back.release()
        self._go.acquire()
        if self._killed:
            raise Killed

    def resume(self) -> None:
        """Lets it run up to its next pause; the scheduler's."""
        self._baton.running = self
        self._go.release()
        self._baton.back.acquire()
        self._baton.running = None

    def kill(self) -> None:
        """Ends it where it stands; only what must always happen (`finally`) still does."""
        self._killed = True
        while not self.over:
            self.resume()
        self._thread.join()

    def _run(self, body: Callable[[], None]) -> None:
        self._go.acquire()
        try:
            if not self._killed:
                body()
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 - the scheduler's to judge
            self.failed = error
        finally:
            self.over = True
            self._baton.back.release()


class Baton:
    """Held by the scheduler, and lent to one task at a time."""

    def __init__(self) -> None:
        self.running: Task | None = None
        self.back = threading.Lock()
        self.back.acquire()
