"""Every fault that is planted on purpose is found, by the seed and the invariant the page names."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.county import County, opened
from tests.simulation.mutations import MUTATIONS, Mutation
from tests.simulation.run import play

PAGE = Path(__file__).resolve().parents[2] / "docs" / "simulation.md"
_ROW = re.compile(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \| (\d+) \|$", re.MULTILINE)
FOUND = {
    name: (invariant, int(seed)) for name, invariant, seed in _ROW.findall(PAGE.read_text("utf-8"))
}


@pytest.fixture(scope="module")
def county() -> Iterator[County]:
    logging.disable(logging.CRITICAL)
    with opened() as county:
        yield county
    logging.disable(logging.NOTSET)


def test_the_page_names_every_fault() -> None:
    assert list(FOUND) == [mutation.name for mutation in MUTATIONS]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_planted_fault_is_found(county: County, mutation: Mutation) -> None:
    invariant, seed = FOUND[mutation.name]
    assert play(county, seed).broken == "", "without it the seed breaks nothing"
    with mutation.planted():
        assert play(county, seed).broken == invariant
