"""The folds by noun; importing the package fills the table."""

from referral_engine.flow.folds import (
    centre,
    clocks,
    closing,
    intake,
    joining,
    retention,
    standing,
    unit_part,
)
from referral_engine.flow.folds.table import FOLDS

__all__ = [
    "FOLDS",
    "centre",
    "clocks",
    "closing",
    "intake",
    "joining",
    "retention",
    "standing",
    "unit_part",
]
