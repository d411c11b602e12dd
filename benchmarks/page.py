"""Results as text, as Markdown between markers of docs/performance.md, and as a bar chart."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

__all__ = [
    "Line",
    "against_targets",
    "bars",
    "command",
    "markdown",
    "put_between",
    "put_section",
    "say",
]

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
    def told(self) -> str:
        """The ratio; of a small one more places."""
        return f"{self.ratio:.2f}" if self.ratio >= 0.1 else f"{self.ratio:.3f}"

    @property
    def wanted(self) -> str:
        sign = "≤" if self.at_most else "≥"
        return f"{sign} {self.target:g}" if self.target else ""


def markdown(lines: Sequence[Line]) -> str:
    rows = ["| compared | ratio | target | | rates |", "|---|---:|---:|---|---|"]
    rows += [f"| {x.what} | {x.told} | {x.wanted} | {x.verdict} | {x.detail} |" for x in lines]
    return "\n".join(rows)


def say(line: Line) -> None:
    """One line on the terminal, as soon as it is known."""
    print(
        f"{line.what:62} {line.told:>8} {line.wanted:7} {line.verdict:7} {line.detail}",
        flush=True,
    )


def command() -> str:
    """The command that makes these figures again, without having them written."""
    words = [word for word in sys.argv[1:] if word != "--write"]
    return " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *words])


def put_section(name: str, intro: str, title: str, lines: Sequence[Line]) -> None:
    """A section of the page with its table, and its chart as ``docs/name.svg``."""
    (PAGE.parent / f"{name}.svg").write_text(against_targets(title, lines), encoding="utf-8")
    put_between(name, f"{intro.strip()}\n\n{markdown(lines)}\n\n![{title}]({name}.svg)")


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


def against_targets(title: str, lines: Sequence[Line]) -> str:
    """A bar chart as SVG of ratios that have a target: the upright line is where each is met, bars
    of what should be at least so much reach it, those of what should be at most so much do not.
    """
    height, left, met = 34 + 26 * len(lines), 440, 170
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="860" height="{height}">',
        "<style>text { font: 13px sans-serif }</style>",
        f'<rect width="860" height="{height}" fill="#fff"/>',
        f'<text x="8" y="20" font-weight="bold">{escape(title)}</text>',
    ]
    for number, line in enumerate(lines):
        top = 34 + 26 * number
        width = max(1, min(2 * met, round(met * line.ratio / (line.target or line.ratio))))
        colour = "#cc6677" if line.verdict == "missed" else "#4477aa"
        told = escape(f"{line.told} ({line.wanted})" if line.target else line.told)
        parts.append(
            f'<text x="{left - 8}" y="{top + 14}" text-anchor="end">{escape(line.what)}</text>'
        )
        parts.append(f'<rect x="{left}" y="{top}" width="{width}" height="18" fill="{colour}"/>')
        parts.append(f'<text x="{left + width + 6}" y="{top + 14}">{told}</text>')
    parts.append(
        f'<path d="M{left + met} 30V{height}" stroke="#333" stroke-dasharray="3 3" fill="none"/>'
    )
    return "\n".join([*parts, "</svg>"]) + "\n"
