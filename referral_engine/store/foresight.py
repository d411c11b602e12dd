"""What the commands of one transaction will ask of the cases that came before, taken down."""

from __future__ import annotations

from sqlalchemy import Connection

from referral_engine.store.precedents import Question
from referral_engine.store.reader import Reader, Township
from referral_engine.store.statements import Row
from referral_engine.store.vault import Vault

__all__ = ["Foresight"]


class Foresight(Reader):
    """Asked like any reader, it answers that there was nothing, and keeps the question."""

    def __init__(self, connection: Connection, vault: Vault, township: Township) -> None:
        super().__init__(connection, vault, township)
        self.questions: list[Question] = []

    def _answer(self, question: Question) -> list[Row]:
        self.questions.append(question)
        return []
