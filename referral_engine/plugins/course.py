"""What most handlers answer alike: the first word, being urged, invited, and sent back."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from referral_engine.plugins.acts import Act, Contact, Progress, Reply
from referral_engine.plugins.handler import Handler
from referral_engine.plugins.rehearsal import wait_within
from referral_engine.plugins.view import Conference, Escalation, Referral

__all__ = ["Course"]


class Course(Handler):
    """A handler that only needs the sentences; a department's own base class says them.

    ``phoned``       the first word to a reporter who can be reached; ``{said}`` is what is said
    ``noted``        the same for one who left no number and reads it under the case's code
    ``urged``        the answer to a reminder, a supervision order, a step up
    ``attends``      the answer to the call to a conference
    ``sent_back``    the answer to a report that did not pass; ``sent_back_status`` is its status
    ``redo``         least and greatest time after which `work` then goes on, bookmark ``again``

    An empty sentence is not said.
    """

    phoned: ClassVar[str] = "{said}"
    noted: ClassVar[str] = "{said}"
    urged: ClassVar[str] = ""
    attends: ClassVar[str] = ""
    sent_back: ClassVar[str] = ""
    sent_back_status: ClassVar[str] = ""
    redo: ClassVar[tuple[timedelta, timedelta]] = (timedelta(hours=4), timedelta(days=2))

    def ends(self, referral: Referral) -> bool:
        """Whether the plugin itself brings this to an end; if not, people also redo the report."""
        return True

    def first_word(self, referral: Referral, said: str) -> list[Act]:
        """The first word to the reporter, from whoever is to say it; from others nothing."""
        if referral.role != "lead" and referral.reporter is None:
            return []
        how = self.noted if referral.reporter is None else self.phoned
        return [Contact(how.format(said=said))]

    def escalated(self, referral: Referral, escalation: Escalation) -> Reply:
        return Progress(self.urged) if self.urged and referral.state == "claimed" else None

    def conference(self, referral: Referral, conference: Conference) -> Reply:
        return Progress(self.attends) if self.attends and referral.state == "claimed" else None

    def returned(self, referral: Referral) -> Reply:
        said = [Progress(self.sent_back, status=self.sent_back_status)] if self.sent_back else []
        if not self.ends(referral):
            return said
        return [*said, wait_within(referral, "again", *self.redo)]
