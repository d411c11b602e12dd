"""Results as text, as Markdown between markers of docs/performance.md, and as a bar chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

__all__ = ["Line", "bars", "markdown", "put_between"]

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "performance.md"


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what was compared, the ratio, the target it is held to (0: none), the rates."""

    what: str
    ratio: float
    target: float
    detail: str
    at_most: bool = False

    @property
    def verdict(self) -> str:
        if not self.target:
            return ""
        met = self.ratio <= self.target if self.at_most else self.ratio >= self.target
        return "met" if met else "missed"

    @property
    def wanted(self) -> str:
        sign = "≤" if self.at_most else "≥"
        return f"{sign} {self.target:g}" if self.target else ""


def markdown(lines: Sequence[Line]) -> str:
    rows = ["| compared | ratio | target | | rates |", "|---|---:|---:|---|---|"]
    rows += [f"| {x.what} | {x.ratio:.2f} | {x.wanted} | {x.verdict} | {x.detail} |" for x in lines]
    return "\n".join(rows)


def put_between(name: str, text: str) -> None:
    """Replaces what stands between `<!-- name:begin -->` and `<!-- name:end -->`, or adds it."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Performance\n"
    block = f"{begin}\n{text.strip()}\n{end}"
    if begin in page:
        head, _, rest = page.partition(begin)
        page = head + block + rest.partition(end)[2]
    else:
        page = f"{page.rstrip()}\n\n{block}\n"
    PAGE.write_text(page, encoding="utf-8")


def bars(title: str, values: Sequence[tuple[str, float]]) -> str:
    """A bar chart as SVG, lengths in proportion to the largest value."""
    largest = max(value for _name, value in values)
    height = 34 + 26 * len(values)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{height}">',
        "<style>text { font: 13px sans-serif }</style>",
        f'<rect width="760" height="{height}" fill="#fff"/>',
        f'<text x="8" y="20" font-weight="bold">{escape(title)}</text>',
    ]
    for number, (name, value) in enumerate(values):
        top = 34 + 26 * number
        width = max(1, round(380 * value / largest))
        parts.append(f'<text x="250" y="{top + 14}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect x="258" y="{top}" width="{width}" height="18" fill="#4477aa"/>')
        parts.append(f'<text x="{264 + width}" y="{top + 14}">{value:,.0f}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
