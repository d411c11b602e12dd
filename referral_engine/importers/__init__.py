"""Issues from the files that offices have: CSV, XLSX and JSON lines, each with a mapping.

``load_mapping`` reads a mapping, ``read_issues`` gives a row for each record of a file, good or
faulty, ``total_hint`` how many to expect.
"""

from __future__ import annotations

from referral_engine.importers.assemble import Defaults
from referral_engine.importers.content_key import content_key, sender_key
from referral_engine.importers.mapping import Mapping
from referral_engine.importers.mapping_file import load_mapping
from referral_engine.importers.read import read_issues, total_hint
from referral_engine.importers.row import Row, RowFault

__all__ = [
    "Defaults",
    "Mapping",
    "Row",
    "RowFault",
    "content_key",
    "load_mapping",
    "read_issues",
    "sender_key",
    "total_hint",
]
