"""The shipped county, and a maker of organisations of any size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from referral_engine.org import Org, load_org

ROOT = Path(__file__).resolve().parents[3]
COUNTY = ROOT / "rules" / "org"
ZONE = "Asia/Shanghai"


@pytest.fixture(scope="session")
def county() -> Org:
    return load_org(COUNTY, ZONE)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes files into one folder: ``write(units_csv="…")`` makes ``units.csv``."""

    def make(**files: str) -> Path:
        for name, text in files.items():
            stem, _, suffix = name.rpartition("_")
            (tmp_path / f"{stem}.{suffix}").write_text(text, encoding="utf-8")
        return tmp_path

    return make


@pytest.fixture
def load(write: Callable[..., Path]) -> Callable[..., Org]:
    """A county with centre and discipline, and whatever files are given beside."""

    def make(**files: str) -> Org:
        units = (
            "kind: organisation\n"
            "territories:\n"
            "  - {code: '620922', name: 县}\n"
            "  - {code: '620922100', name: 镇, unit: 镇中心}\n"
            "  - {code: '620922100200', name: 村, unit: 村委会}\n"
            "  - {code: '620922100200001', name: 网格, unit: 网格}\n"
            "units:\n"
            "  - {id: centre, name: 中心, kind: centre, territory: '620922'}\n"
            "  - {id: discipline, name: 纪委, kind: discipline, territory: '620922'}\n"
        )
        return load_org(write(base_yaml=units, **files), ZONE)

    return make
